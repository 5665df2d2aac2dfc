"""Environment variables that settings demand, and URLs that lead nowhere."""

import pytest

ENV_PY = """\
{before}

from alembic import context
from sqlalchemy import create_engine

import models

with create_engine({url}).connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
HINT = """\
hint: {names}. Harmless values will do; no address is dialled:
      [tool.migrate-guard.env]
"""


@pytest.fixture(scope="session")
def settings_environment(foreign):
    """With the libraries that read settings from variables."""
    return foreign("settings")


@pytest.fixture
def reading(project):
    """``reading(before, url)``: a project whose env.py gets its URL so."""

    def make(before, url, *python):
        checkout = project("pyproject_config", *python)
        checkout.write("migrations/env.py", ENV_PY.format(before=before, url=url))
        checkout.commit("Read the URL")
        return checkout

    return make


# how the URL is read, and the variables that the hint names
MISSING = {
    "os.environ": ("import os", "os.environ['DATABASE_URL']"),
    "os.getenv": ("import os", "os.getenv('DATABASE_URL')"),
    "an attribute of nothing": ("import os", "os.environ.get('DATABASE_URL').replace('postgres://', '')"),
    "an empty text": ("import os", "os.environ.get('DATABASE_URL', '')"),
    "environs": ("from environs import Env", "Env().str('DATABASE_URL')"),
    "decouple": ("from decouple import config", "config('DATABASE_URL')"),
    "pydantic": (
        "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    database_url: str",
        "Settings().database_url",
    ),
    "pydantic with a prefix": (
        "from pydantic_settings import BaseSettings\n"
        "class Settings(BaseSettings, env_prefix='database_'):\n    url: str",
        "Settings().url",
    ),
    "pydantic with an alias": (
        "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n"
        "class Settings(BaseSettings, env_prefix='x_'):\n    url: str = Field(alias='DATABASE_URL')",
        "Settings().url",
    ),
    "the application's own message": (
        "import os\nif 'DATABASE_URL' not in os.environ:\n    raise SystemExit('Set DATABASE_URL first')",
        "os.environ['DATABASE_URL']",
    ),
}


@pytest.mark.parametrize("before, url", MISSING.values(), ids=MISSING)
@pytest.mark.wide(
    "os.getenv",
    "environs",
    "pydantic",
    "pydantic with a prefix",
    "an attribute of nothing",
    "pydantic with an alias",
    "an empty text",
    "decouple",
)
def test_a_missing_variable_is_named(reading, settings_environment, before, url):
    checkout = reading(before, url, settings_environment)

    missing = checkout.guard("check")
    line = missing.stdout.split("[tool.migrate-guard.env]\n")[1].splitlines()[0].strip()
    text = (checkout.path / "pyproject.toml").read_text()
    checkout.write("pyproject.toml", f"{text}\n[tool.migrate-guard.env]\n{line}\n")
    given = checkout.guard("check")

    assert missing.returncode == 2
    assert HINT.format(names="DATABASE_URL is not set") in missing.stdout, missing.stdout
    assert line == 'DATABASE_URL = "sqlite:///app.db"'
    assert given.returncode == 0, given.stdout


def test_several_missing_variables(reading, settings_environment, shows):
    settings = (
        "from pydantic_settings import BaseSettings\n"
        "class Settings(BaseSettings):\n    database_url: str\n    secret_key: str\n"
    )

    missing = reading(settings, "Settings().database_url", settings_environment).guard("check")

    assert missing.returncode == 2
    shows(missing.stdout[missing.stdout.index("hint: ") :], "env-py", "the hint for variables")


IN_VAIN = """\
import os

variables = ("DATABASE_URL", "SECRET_KEY")
settings = {name.lower(): os.environ[name] for name in variables if name in os.environ}
"""


@pytest.mark.parametrize(
    ("before", "url", "says"),
    [
        ("import os", "os.environ['DATABASE_URL']", "DATABASE_URL is not set. conf/environment sets it; no address is dialled: "),
        (IN_VAIN, "settings['database_url']", "Variables may be missing. conf/environment sets 2 of those that were asked for; no address is dialled: "),
    ],
    ids=["named", "in a roundabout way"],
)  # fmt: skip
def test_a_file_that_shows_missing_variables(reading, before, url, says):
    checkout = reading(before, url)
    checkout.write("conf/environment", "SECRET_KEY='1'\nDATABASE_URL=sqlite:///app.db\n")

    missing = checkout.guard("check")
    text = (checkout.path / "pyproject.toml").read_text()
    checkout.write("pyproject.toml", f'{text}\n[tool.migrate-guard]\nenv_file = "conf/environment"\n')
    given = checkout.guard("check")

    assert missing.returncode == 2
    assert says + '[tool.migrate-guard] env_file = "conf/environment"' in " ".join(missing.stdout.split())
    assert given.returncode == 0, given.stdout


def test_a_file_that_refers_to_other_variables(reading):
    """As shells and containers resolve them; the number could not be parsed otherwise."""
    checkout = reading(
        "import os\nport = int(os.environ['PORT'])",
        "f'postgresql://localhost:{port}/' if port != 5432 else 'sqlite:///app.db'",
    )
    checkout.write("example.env", "PORT=${DB_PORT:-5432}\n")

    missing = checkout.guard("check")
    text = (checkout.path / "pyproject.toml").read_text()
    checkout.write("pyproject.toml", f'{text}\n[tool.migrate-guard]\nenv_file = "example.env"\n')
    given = checkout.guard("check")

    assert missing.returncode == 2
    assert (
        'PORT is not set. example.env sets it; no address is dialled: [tool.migrate-guard] env_file = "example.env"'
        in " ".join(missing.stdout.split())
    )
    assert (given.returncode, "replayed on SQLite" in given.stdout) == (0, True), given.stdout


def test_a_file_of_variables_that_is_not_there(reading, shows):
    checkout = reading("", "'sqlite:///app.db'")
    text = (checkout.path / "pyproject.toml").read_text()
    checkout.write("pyproject.toml", f'{text}\n[tool.migrate-guard]\nenv_file = ".env.example"\n')

    result = checkout.guard("check")

    assert result.returncode == 2
    shows(result, "settings", "env_file is not there")


def test_an_error_of_another_kind_is_not_laid_on_a_variable(reading):
    before = "import os\nos.environ.get('SENTRY_DSN')\nraise ValueError('No luck')"

    assert "SENTRY_DSN" not in reading(before, "''").guard("check").stdout


def test_the_setting_wins(reading):
    """The same values for everybody: those of a developer's shell may lead somewhere."""
    checkout = reading("import os\nprint('saw', os.environ['DATABASE_URL'])\nassert 0", "''")
    text = (checkout.path / "pyproject.toml").read_text()
    checkout.write("pyproject.toml", f"{text}\n[tool.migrate-guard.env]\nDATABASE_URL = 'harmless'\n")
    checkout.replace("migrations/env.py", "assert 0", "raise SystemExit(1)")

    result = checkout.guard("check", env={"DATABASE_URL": "real"})

    assert (result.returncode, "saw harmless" in result.stdout) == (2, True), result.stdout


# a URL as it comes to create_engine, and the setting engine
NOWHERE = {
    "parts that are missing": ("'sqlite://None:None@None:None/None'", ""),
    "a port that is no number": ("'sqlite://u:p@host:port/x'", ""),
    "a name filled in later": ("'sqlite://{host}:{port}/{name}'", ""),
    "that of Alembic's template": ("'driver://user:pass@localhost/dbname'", "sqlite"),
    "empty": ("''", "sqlite"),
    "nothing": ("None", "sqlite"),
    "no URL at all": ("'localhost'", "sqlite"),
    "of a folder that does not exist": ("'sqlite:////nowhere/at/all/app.db'", ""),
}


@pytest.mark.parametrize("url, engine", NOWHERE.values(), ids=NOWHERE)
@pytest.mark.wide(
    "parts that are missing",
    "that of Alembic's template",
    "nothing",
    "of a folder that does not exist",
    "a name filled in later",
    "empty",
)
def test_a_url_that_leads_nowhere_does_no_harm(reading, one_difference, url, engine):
    checkout = reading("", url)
    if engine:
        text = (checkout.path / "pyproject.toml").read_text()
        checkout.write("pyproject.toml", f'{text}\n[tool.migrate-guard]\nengine = "{engine}"\n')

    one_difference(checkout, "replayed on SQLite")


@pytest.mark.parametrize(
    "url", ["''", "'driver://user:pass@localhost/dbname'"], ids=["empty", "the template's"]
)
def test_a_url_that_does_not_tell_its_dialect(reading, url, shows):
    result = reading("", url).guard("check")

    assert result.returncode == 2
    shows(result.stdout[result.stdout.index("hint: ") :], "settings", "the hint for the engine")
