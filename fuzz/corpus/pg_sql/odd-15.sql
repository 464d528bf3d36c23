--
-- PostgreSQL database dump
--

\restrict ohFEswyzfeE651swOqevFkpcHw3DFebXBtb8tBohTdhF4VqGvnZmyUCjb8Gbrfq

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: line feed; Type: SCHEMA; Schema: -; Owner: owner
--

CREATE SCHEMA "line
feed";


ALTER SCHEMA "line
feed" OWNER TO owner;

--
-- Name: odd "schema; Type: SCHEMA; Schema: -; Owner: owner
--

CREATE SCHEMA "odd ""schema";


ALTER SCHEMA "odd ""schema" OWNER TO owner;

--
-- Name: f(integer); Type: FUNCTION; Schema: public; Owner: owner
--

CREATE FUNCTION public.f(x integer) RETURNS text
    LANGUAGE plpgsql
    AS $_$ BEGIN RETURN 'x;' || $1 || '$$'; -- it's
 /* nope */ END $_$;


ALTER FUNCTION public.f(x integer) OWNER TO owner;

--
-- Name: g(integer); Type: FUNCTION; Schema: public; Owner: owner
--

CREATE FUNCTION public.g(x integer) RETURNS integer
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT x AS x;
 SELECT
         CASE
             WHEN (x > 1) THEN 2
             ELSE 3
         END AS "case";
END;


ALTER FUNCTION public.g(x integer) OWNER TO owner;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: ta ble; Type: TABLE; Schema: line feed; Owner: owner
--

CREATE TABLE "line
feed"."ta
ble" (
    "co
l" text
);


ALTER TABLE "line
feed"."ta
ble" OWNER TO owner;

--
-- Name: dot.ted; Type: TABLE; Schema: odd "schema; Owner: owner
--

CREATE TABLE "odd ""schema"."dot.ted" (
    "a,b" integer,
    "c(d" text
);


ALTER TABLE "odd ""schema"."dot.ted" OWNER TO owner;

--
-- Name: bare; Type: TABLE; Schema: public; Owner: owner
--

CREATE TABLE public.bare (
);


ALTER TABLE public.bare OWNER TO owner;

--
-- Name: desc_s; Type: SEQUENCE; Schema: public; Owner: owner
--

CREATE SEQUENCE public.desc_s
    START WITH -1
    INCREMENT BY -1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.desc_s OWNER TO owner;

--
-- Name: mv; Type: MATERIALIZED VIEW; Schema: public; Owner: owner
--

CREATE MATERIALIZED VIEW public.mv AS
 SELECT 1 AS x
  WITH NO DATA;


ALTER TABLE public.mv OWNER TO owner;

--
-- Name: parent; Type: TABLE; Schema: public; Owner: owner
--

CREATE TABLE public.parent (
    id integer,
    v text
)
PARTITION BY LIST (id);


ALTER TABLE public.parent OWNER TO owner;

--
-- Name: parent1; Type: TABLE; Schema: public; Owner: owner
--

CREATE TABLE public.parent1 (
    id integer,
    v text
);


ALTER TABLE public.parent1 OWNER TO owner;

--
-- Name: se q; Type: SEQUENCE; Schema: public; Owner: owner
--

CREATE SEQUENCE public."se q"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public."se q" OWNER TO owner;

--
-- Name: texts; Type: TABLE; Schema: public; Owner: owner
--

CREATE TABLE public.texts (
    id integer NOT NULL,
    t text,
    j jsonb,
    b bytea,
    gen integer GENERATED ALWAYS AS (1) STORED
);


ALTER TABLE public.texts OWNER TO owner;

--
-- Name: TABLE texts; Type: COMMENT; Schema: public; Owner: owner
--

COMMENT ON TABLE public.texts IS 'comment; with ''quote'' and
newline';


--
-- Name: texts_id_seq; Type: SEQUENCE; Schema: public; Owner: owner
--

CREATE SEQUENCE public.texts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.texts_id_seq OWNER TO owner;

--
-- Name: texts_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: owner
--

ALTER SEQUENCE public.texts_id_seq OWNED BY public.texts.id;


--
-- Name: vacant; Type: TABLE; Schema: public; Owner: odd "owner
--

CREATE TABLE public.vacant (
    a integer,
    b integer
);


ALTER TABLE public.vacant OWNER TO "odd ""owner";

--
-- Name: vv; Type: VIEW; Schema: public; Owner: owner
--

CREATE VIEW public.vv AS
 SELECT 'a\b''c'::text AS x,
    'é'::text AS y;


ALTER TABLE public.vv OWNER TO owner;

--
-- Name: parent1; Type: TABLE ATTACH; Schema: public; Owner: owner
--

ALTER TABLE ONLY public.parent ATTACH PARTITION public.parent1 FOR VALUES IN (1);


--
-- Name: texts id; Type: DEFAULT; Schema: public; Owner: owner
--

ALTER TABLE ONLY public.texts ALTER COLUMN id SET DEFAULT nextval('public.texts_id_seq'::regclass);


--
-- Name: 3000000000; Type: BLOB; Schema: -; Owner: owner
--

SELECT pg_catalog.lo_create('3000000000');


ALTER LARGE OBJECT 3000000000 OWNER TO owner;

--
-- Name: 4242; Type: BLOB; Schema: -; Owner: reader
--

SELECT pg_catalog.lo_create('4242');


ALTER LARGE OBJECT 4242 OWNER TO reader;

--
-- Name: 4243; Type: BLOB; Schema: -; Owner: owner
--

SELECT pg_catalog.lo_create('4243');


ALTER LARGE OBJECT 4243 OWNER TO owner;

--
-- Name: LARGE OBJECT 4243; Type: COMMENT; Schema: -; Owner: owner
--

COMMENT ON LARGE OBJECT 4243 IS 'l''o';


--
-- Data for Name: ta ble; Type: TABLE DATA; Schema: line feed; Owner: owner
--

COPY "line
feed"."ta
ble" ("co
l") FROM stdin;
\\.
x\ny
\N

\.


--
-- Data for Name: dot.ted; Type: TABLE DATA; Schema: odd "schema; Owner: owner
--

COPY "odd ""schema"."dot.ted" ("a,b", "c(d") FROM stdin;
1	tab\there\nand \\. 1
2	tab\there\nand \\. 2
3	tab\there\nand \\. 3
4	tab\there\nand \\. 4
5	tab\there\nand \\. 5
\.


--
-- Data for Name: bare; Type: TABLE DATA; Schema: public; Owner: owner
--

COPY public.bare  FROM stdin;


\.


--
-- Data for Name: parent1; Type: TABLE DATA; Schema: public; Owner: owner
--

COPY public.parent1 (id, v) FROM stdin;
1	x
1	y
\.


--
-- Data for Name: texts; Type: TABLE DATA; Schema: public; Owner: owner
--

COPY public.texts (id, t, j, b) FROM stdin;
1	it's (a, "b"); -- no comment /* nor this	{"a": [1, 2]}	\\x00ff
2	back\\slash \\\\ 'q'	\N	\N
3	$$dollar$tag$	[]	\\x
4	\nmulti\nline);\nINSERT INTO x VALUES (1);\n\\! rm -rf /\n	\N	\N
\.


--
-- Data for Name: vacant; Type: TABLE DATA; Schema: public; Owner: odd "owner
--

COPY public.vacant (a, b) FROM stdin;
\.


--
-- Name: desc_s; Type: SEQUENCE SET; Schema: public; Owner: owner
--

SELECT pg_catalog.setval('public.desc_s', -7, false);


--
-- Name: se q; Type: SEQUENCE SET; Schema: public; Owner: owner
--

SELECT pg_catalog.setval('public."se q"', 42, true);


--
-- Name: texts_id_seq; Type: SEQUENCE SET; Schema: public; Owner: owner
--

SELECT pg_catalog.setval('public.texts_id_seq', 4, true);


--
-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -
--

BEGIN;

SELECT pg_catalog.lo_open('4242', 131072);
SELECT pg_catalog.lowrite(0, '\x68656c6c6f');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('4243', 131072);
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('3000000000', 131072);
SELECT pg_catalog.lowrite(0, '\x00ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c2700ff5c27');
SELECT pg_catalog.lo_close(0);

COMMIT;

--
-- Name: texts nv; Type: CHECK CONSTRAINT; Schema: public; Owner: owner
--

ALTER TABLE public.texts
    ADD CONSTRAINT nv CHECK ((id > 0)) NOT VALID;


--
-- Name: texts texts_pkey; Type: CONSTRAINT; Schema: public; Owner: owner
--

ALTER TABLE ONLY public.texts
    ADD CONSTRAINT texts_pkey PRIMARY KEY (id);


--
-- Name: texts pol; Type: POLICY; Schema: public; Owner: owner
--

CREATE POLICY pol ON public.texts TO reader USING (true);


--
-- Name: texts; Type: ROW SECURITY; Schema: public; Owner: owner
--

ALTER TABLE public.texts ENABLE ROW LEVEL SECURITY;

--
-- Name: TABLE texts; Type: ACL; Schema: public; Owner: owner
--

GRANT SELECT ON TABLE public.texts TO reader;


--
-- Name: COLUMN texts.id; Type: ACL; Schema: public; Owner: owner
--

GRANT SELECT(id) ON TABLE public.texts TO "odd ""owner" WITH GRANT OPTION;


--
-- Name: LARGE OBJECT 4243; Type: ACL; Schema: -; Owner: owner
--

GRANT SELECT ON LARGE OBJECT 4243 TO reader;


--
-- Name: mv; Type: MATERIALIZED VIEW DATA; Schema: public; Owner: owner
--

REFRESH MATERIALIZED VIEW public.mv;


--
-- PostgreSQL database dump complete
--

\unrestrict ohFEswyzfeE651swOqevFkpcHw3DFebXBtb8tBohTdhF4VqGvnZmyUCjb8Gbrfq

