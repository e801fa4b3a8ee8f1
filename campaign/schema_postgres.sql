CREATE TABLE wabakit_campaigns (
	id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	plan TEXT NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('draft', 'started', 'paused', 'canceled', 'stripped')),
	not_before BIGINT NOT NULL DEFAULT 0
)

CREATE TABLE wabakit_items (
	id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	campaign_id BIGINT NOT NULL,
	key TEXT NOT NULL,
	phone TEXT NOT NULL,
	variables TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'refused', 'suppressed', 'unknown')),
	claim TEXT NOT NULL DEFAULT '',
	until BIGINT NOT NULL DEFAULT 0,
	message_id TEXT NOT NULL DEFAULT '',
	reason TEXT NOT NULL DEFAULT '',
	delivery TEXT NOT NULL DEFAULT '',
	updated BIGINT NOT NULL,
	UNIQUE (campaign_id, key)
)

CREATE INDEX wabakit_items_state ON wabakit_items (campaign_id, state, (id + 0))

CREATE INDEX wabakit_items_message ON wabakit_items (message_id) WHERE message_id <> ''

CREATE TABLE wabakit_counts (
	campaign_id BIGINT NOT NULL,
	shard BIGINT NOT NULL,
	state TEXT NOT NULL,
	delivery TEXT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (campaign_id, shard, state, delivery)
)

CREATE FUNCTION wabakit_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO wabakit_counts AS c (campaign_id, shard, state, delivery, n)
	SELECT campaign_id, pg_backend_pid() % 32, state, delivery, count(*)
	FROM added GROUP BY campaign_id, state, delivery ORDER BY campaign_id, state, delivery
	ON CONFLICT (campaign_id, shard, state, delivery) DO UPDATE SET n = c.n + excluded.n;
	RETURN NULL;
END $$

CREATE TRIGGER wabakit_items_added AFTER INSERT ON wabakit_items
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION wabakit_count_added()

CREATE FUNCTION wabakit_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO wabakit_counts AS c (campaign_id, shard, state, delivery, n)
	SELECT campaign_id, pg_backend_pid() % 32, state, delivery, sum(n)
	FROM (SELECT campaign_id, state, delivery, 1 AS n FROM after
		UNION ALL SELECT campaign_id, state, delivery, -1 FROM before) AS d
	GROUP BY campaign_id, state, delivery HAVING sum(n) <> 0 ORDER BY campaign_id, state, delivery
	ON CONFLICT (campaign_id, shard, state, delivery) DO UPDATE SET n = c.n + excluded.n;
	RETURN NULL;
END $$

CREATE TRIGGER wabakit_items_changed AFTER UPDATE ON wabakit_items
REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION wabakit_count_changed()

CREATE TABLE wabakit_statuses (
	message_id TEXT NOT NULL PRIMARY KEY,
	delivery TEXT NOT NULL,
	reason TEXT NOT NULL,
	received BIGINT NOT NULL
)

CREATE TABLE wabakit_limiters (
	name TEXT NOT NULL PRIMARY KEY,
	next BIGINT NOT NULL
)

CREATE TABLE wabakit_webhook_items (
	consumer TEXT NOT NULL,
	key TEXT NOT NULL,
	claim TEXT NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (consumer, key)
)

CREATE INDEX wabakit_webhook_items_until ON wabakit_webhook_items (until)
