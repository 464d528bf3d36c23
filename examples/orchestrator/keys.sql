-- SPDX-License-Identifier: Apache-2.0
-- The example platform's database, last part: keys, indexes, views, triggers,
-- privileges, and sequences moved past the data.

ALTER TABLE orchestrator.users ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.teams ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.team_members ADD PRIMARY KEY (team_id, user_id);
ALTER TABLE orchestrator.agents ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.workflows ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.schedules ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.tasks ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.messages ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.tool_calls ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.artifacts ADD PRIMARY KEY (id);
ALTER TABLE orchestrator.settings ADD PRIMARY KEY (name);
ALTER TABLE audit.events ADD PRIMARY KEY (occurred_at, id);

CREATE UNIQUE INDEX users_email ON orchestrator.users (email);
CREATE UNIQUE INDEX users_api_key ON orchestrator.users (api_key_hash) WHERE api_key_hash IS NOT NULL;
ALTER TABLE orchestrator.teams ADD UNIQUE (slug);
ALTER TABLE orchestrator.agents ADD UNIQUE (public_id), ADD UNIQUE (name, version);
CREATE UNIQUE INDEX agents_one_active ON orchestrator.agents (name) WHERE status = 'active';
ALTER TABLE orchestrator.workflows ADD UNIQUE (public_id);
CREATE INDEX workflows_tags ON orchestrator.workflows USING gin (tags);
CREATE INDEX workflows_name_words ON orchestrator.workflows USING gin (name public.gin_trgm_ops);
ALTER TABLE orchestrator.schedules
    ADD CONSTRAINT schedules_no_overlap EXCLUDE USING gist (workflow_id WITH =, valid WITH &&);
CREATE INDEX tasks_workflow ON orchestrator.tasks (workflow_id, queued_at DESC);
CREATE INDEX tasks_open ON orchestrator.tasks (priority, queued_at) WHERE state IN ('queued', 'running', 'waiting');
CREATE INDEX messages_task ON orchestrator.messages (task_id, created_at);
CREATE INDEX tool_calls_message ON orchestrator.tool_calls (message_id);
CREATE INDEX tool_calls_day ON orchestrator.tool_calls USING brin (called_at);
CREATE INDEX events_actor ON audit.events (actor_id, occurred_at);

ALTER TABLE orchestrator.team_members
    ADD FOREIGN KEY (team_id) REFERENCES orchestrator.teams ON DELETE CASCADE,
    ADD FOREIGN KEY (user_id) REFERENCES orchestrator.users ON DELETE CASCADE;
ALTER TABLE orchestrator.agents ADD FOREIGN KEY (created_by) REFERENCES orchestrator.users;
ALTER TABLE orchestrator.workflows ADD FOREIGN KEY (owner_id) REFERENCES orchestrator.users;
ALTER TABLE orchestrator.schedules ADD FOREIGN KEY (workflow_id) REFERENCES orchestrator.workflows ON DELETE CASCADE;
ALTER TABLE orchestrator.tasks
    ADD FOREIGN KEY (workflow_id) REFERENCES orchestrator.workflows,
    ADD FOREIGN KEY (parent_id) REFERENCES orchestrator.tasks DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (agent_id) REFERENCES orchestrator.agents ON DELETE SET NULL;
ALTER TABLE orchestrator.messages
    ADD FOREIGN KEY (task_id) REFERENCES orchestrator.tasks ON DELETE CASCADE,
    ADD FOREIGN KEY (agent_id) REFERENCES orchestrator.agents;
ALTER TABLE orchestrator.tool_calls ADD FOREIGN KEY (message_id) REFERENCES orchestrator.messages ON DELETE CASCADE;
ALTER TABLE orchestrator.artifacts ADD FOREIGN KEY (task_id) REFERENCES orchestrator.tasks ON DELETE CASCADE;
ALTER TABLE orchestrator.usage ADD FOREIGN KEY (agent_id) REFERENCES orchestrator.agents;
ALTER TABLE audit.events ADD FOREIGN KEY (actor_id) REFERENCES orchestrator.users;

SELECT setval(pg_get_serial_sequence('orchestrator.' || name, 'id'), highest)
FROM (SELECT 'users' AS name, max(id) AS highest FROM orchestrator.users
      UNION ALL SELECT 'teams', max(id) FROM orchestrator.teams
      UNION ALL SELECT 'agents', max(id) FROM orchestrator.agents
      UNION ALL SELECT 'workflows', max(id) FROM orchestrator.workflows
      UNION ALL SELECT 'schedules', max(id) FROM orchestrator.schedules
      UNION ALL SELECT 'tasks', max(id) FROM orchestrator.tasks
      UNION ALL SELECT 'messages', max(id) FROM orchestrator.messages
      UNION ALL SELECT 'artifacts', max(id) FROM orchestrator.artifacts) AS filled;
SELECT setval('orchestrator.invoice_number_seq', 20260417, false);

CREATE VIEW orchestrator.open_tasks WITH (security_barrier) AS
    SELECT t.id, w.name AS workflow, a.name AS agent, t.state, t.priority, t.queued_at
    FROM orchestrator.tasks t
    JOIN orchestrator.workflows w ON w.id = t.workflow_id
    LEFT JOIN orchestrator.agents a ON a.id = t.agent_id
    WHERE t.state IN ('queued', 'running', 'waiting');

CREATE MATERIALIZED VIEW orchestrator.agent_totals AS
    SELECT a.id AS agent_id, a.name, count(m.id) AS messages, coalesce(sum(m.tokens), 0) AS tokens
    FROM orchestrator.agents a
    LEFT JOIN orchestrator.messages m ON m.agent_id = a.id
    GROUP BY a.id, a.name;
CREATE UNIQUE INDEX agent_totals_agent ON orchestrator.agent_totals (agent_id);

CREATE FUNCTION orchestrator.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
CREATE TRIGGER workflows_touch BEFORE UPDATE ON orchestrator.workflows
    FOR EACH ROW EXECUTE FUNCTION orchestrator.touch();

ALTER TABLE orchestrator.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY users_read ON orchestrator.users FOR SELECT TO orchestrator_reader USING (role <> 'owner');
CREATE PUBLICATION orchestrator_changes FOR TABLE orchestrator.tasks, orchestrator.workflows;

DO $$
DECLARE
    relation regclass;
BEGIN
    FOR relation IN
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('orchestrator', 'audit') AND c.relkind IN ('r', 'p', 'v', 'm')
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO orchestrator_owner', relation);
    END LOOP;
END
$$;
ALTER SEQUENCE orchestrator.invoice_number_seq OWNER TO orchestrator_owner;
GRANT USAGE ON SCHEMA orchestrator, audit TO orchestrator_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA orchestrator, audit TO orchestrator_reader;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA orchestrator TO orchestrator_writer;
GRANT INSERT ON audit.events TO orchestrator_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA orchestrator TO orchestrator_writer;
GRANT SELECT (id, display_name, locale) ON orchestrator.users TO orchestrator_report;
ALTER DEFAULT PRIVILEGES FOR ROLE orchestrator_owner IN SCHEMA orchestrator GRANT SELECT ON TABLES TO orchestrator_reader;
