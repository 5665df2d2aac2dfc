"""Imported by the models, and nothing else."""

NAME = 50
