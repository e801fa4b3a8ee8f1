CREATE TABLE wabakit_campaigns (
	id {id},
	name TEXT NOT NULL UNIQUE,
	plan TEXT NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('draft', 'started', 'paused', 'canceled', 'stripped')),
	not_before BIGINT NOT NULL DEFAULT 0
)

CREATE TABLE wabakit_items (
	id {id},
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

CREATE INDEX wabakit_items_state ON wabakit_items (campaign_id, state, {position})

CREATE INDEX wabakit_items_message ON wabakit_items (message_id) WHERE message_id <> ''

CREATE TABLE wabakit_counts (
	campaign_id BIGINT NOT NULL,
	shard BIGINT NOT NULL,
	state TEXT NOT NULL,
	delivery TEXT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (campaign_id, shard, state, delivery)
)

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
