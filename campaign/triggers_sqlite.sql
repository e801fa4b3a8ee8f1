CREATE TRIGGER wabakit_items_added AFTER INSERT ON wabakit_items
BEGIN
	INSERT INTO wabakit_counts (campaign_id, shard, state, delivery, n)
	VALUES (NEW.campaign_id, 0, NEW.state, NEW.delivery, 1)
	ON CONFLICT DO UPDATE SET n = n + 1;
END

CREATE TRIGGER wabakit_items_changed AFTER UPDATE OF state, delivery ON wabakit_items
WHEN NEW.state <> OLD.state OR NEW.delivery <> OLD.delivery
BEGIN
	UPDATE wabakit_counts SET n = n - 1
	WHERE campaign_id = OLD.campaign_id AND shard = 0 AND state = OLD.state AND delivery = OLD.delivery;
	INSERT INTO wabakit_counts (campaign_id, shard, state, delivery, n)
	VALUES (NEW.campaign_id, 0, NEW.state, NEW.delivery, 1)
	ON CONFLICT DO UPDATE SET n = n + 1;
END
