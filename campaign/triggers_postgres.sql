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
