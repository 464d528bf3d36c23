--
-- PostgreSQL database cluster dump
--

\restrict rEZPmHKsDbli5D1YZY75Tq0eeD3dJ5GgVMyzVovg3xY9yXn8SMvbbnC4KYTjRhe

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE "odd ""owner";
ALTER ROLE "odd ""owner" WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE owner;
ALTER ROLE owner WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE reader;
ALTER ROLE reader WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;

--
-- User Configurations
--








\unrestrict rEZPmHKsDbli5D1YZY75Tq0eeD3dJ5GgVMyzVovg3xY9yXn8SMvbbnC4KYTjRhe

--
-- PostgreSQL database cluster dump complete
--

