-- start at aaaaaaaaaaaa (SQLite 3.40.1, migrate-guard 0.1.0)

CREATE TABLE user (
	id INTEGER NOT NULL,
	name VARCHAR(50) NOT NULL, email VARCHAR(120),
	PRIMARY KEY (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO alembic_version (version_num) VALUES ('aaaaaaaaaaaa');
