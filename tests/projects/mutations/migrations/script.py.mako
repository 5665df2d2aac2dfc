<%! from schemas import PAIRS %>"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade(name, **others):
    UPGRADES[name]()


def downgrade(name, **others):
    DOWNGRADES[name]()


UPGRADES, DOWNGRADES = {}, {}
% for name in dict.fromkeys(name for pairs in PAIRS.values() for name in pairs):
% if name + "_upgrades" in context.keys():


def change():
    ${context[name + "_upgrades"]}


UPGRADES["${name}"] = change


def change():
    ${context[name + "_downgrades"]}


DOWNGRADES["${name}"] = change
% endif
% endfor
