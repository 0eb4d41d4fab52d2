-- The reference of B1 and B2: what one reservation reads and writes, as one
-- prepared function on the product's own tables. It lives in the measured tenant's
-- schema while the measurement runs. Its outbox rows are due tomorrow, so that the
-- product's relay leaves them alone; what else it wrote is taken away after each
-- round, so that the product's sealing is spared it.
CREATE FUNCTION bench_reserve(p_customer uuid, p_order text, p_amount bigint, p_key text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  a credit_accounts; c customers; p credit_policies;
  v_group text; v_reason text; v_hash bytea; v_live uuid; v_queued uuid; v_stopped text; v_counted bigint; v_outcome text := 'allow';
  v_check uuid := gen_random_uuid(); v_hold uuid := gen_random_uuid(); v_now timestamptz := now();
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended(p_key, 0)) THEN RETURN 'busy'; END IF;
  SELECT * INTO a FROM credit_accounts WHERE id = p_customer FOR NO KEY UPDATE;
  SELECT * INTO c FROM customers WHERE id = p_customer;
  SELECT * INTO p FROM credit_policies ORDER BY id DESC LIMIT 1;
  SELECT negative_action INTO v_group FROM hq.v_group_policy;
  SELECT reason_code INTO v_reason FROM hq.v_negative_listed WHERE uscc = c.uscc ORDER BY listed_at LIMIT 1;
  SELECT request_hash INTO v_hash FROM idempotency_keys WHERE id = p_key;
  SELECT id INTO v_live FROM reservations WHERE order_no = p_order AND (status = 'open' OR status = 'committed');
  SELECT id INTO v_queued FROM order_holds WHERE order_no = p_order AND (status = 'held' OR status = 'released');
  SELECT reason INTO v_stopped FROM supply_stops WHERE customer_id = p_customer AND state <> 'resumed' AND state <> 'cancelled' AND state IN ('stopped', 'acknowledged') LIMIT 1;
  SELECT sum(counted_amount) INTO v_counted FROM erp_orders WHERE customer_id = p_customer AND order_no = p_order AND counted_amount > 0;
  IF v_hash IS NOT NULL OR v_live IS NOT NULL THEN RETURN 'repeat'; END IF;
  IF c.status <> 'active' OR a.frozen OR v_reason IS NOT NULL OR v_stopped IS NOT NULL OR a.overdue_amount > coalesce(a.max_overdue_amount, 0)
     OR a.receivable_amount + a.reserved_amount - coalesce(v_counted, 0) + p_amount > a.standing_amount + a.temporary_amount THEN
    v_outcome := 'block';
  ELSE
    UPDATE credit_accounts SET reserved_amount = reserved_amount + p_amount, version = version + 1
    WHERE id = p_customer AND receivable_amount + reserved_amount + p_amount <= standing_amount + temporary_amount;
    INSERT INTO reservations (id, customer_id, order_no, amount, held_amount, status, source, document_no, check_id, expires_at, created_at, updated_at)
    VALUES (v_hold, p_customer, p_order, p_amount, p_amount, 'open', '', '', v_check, v_now + interval '72 hours', v_now, v_now);
    INSERT INTO outbox (id, topic, payload, status, attempts, last_error, created_at, due_at)
    VALUES (gen_random_uuid(), 'account.changed', '{"customer_ids":["0192a6f0-7c1e-7000-8000-000000000000"]}', 'pending', 0, '', v_now, v_now + interval '1 day');
    INSERT INTO audit_log (at, actor_kind, actor_id, actor_name, action, object_type, object_id, before, after, request_id, mac)
    VALUES (v_now, 'api_key', v_hold, 'ERP', 'reservation.opened', 'reservation', v_hold::text, NULL,
      '{"amount":100,"check_id":"0192a6f0-7c1e-7000-8000-000000000000","customer_id":"0192a6f0-7c1e-7000-8000-000000000000","held_amount":100,"order_no":"P0123456789012345678","outcome":"allow","status":"open"}',
      'bench', decode(repeat('ab', 48), 'hex'));
  END IF;
  INSERT INTO credit_checks (id, customer_id, order_no, operation, amount, outcome, reasons, facts, binding_limit, policy_version, reservation_id,
    actor_id, actor_name, request_id, created_at)
  VALUES (v_check, p_customer, p_order, 'reserve', p_amount, v_outcome, '[]',
    '{"as_of":"2026-03-31","grade":"B","frozen":false,"currency":"CNY","exposure":0,"headroom":1000000000000,"reserved":0,"limit_kind":"amount","receivable":0,"overdue_days":0,"frozen_reason":"","negative_action":"block","negative_listed":false,"account_version":12,"customer_active":true,"overdue_amount":0,"settles_advance":false,"standing_limit":1000000000000,"temporary_limit":0,"max_overdue_days":30,"max_overdue_amount":1000000,"negative_reason_code":"","negative_reason_text":"","group_policy_version":1}',
    'none', coalesce(p.id, 0), CASE WHEN v_outcome = 'allow' THEN v_hold END, v_hold, 'ERP', 'bench', v_now);
  INSERT INTO idempotency_keys (id, request_hash, response, created_at)
  VALUES (p_key, decode(repeat('cd', 32), 'hex'), convert_to(repeat('x', 1100), 'UTF8'), v_now);
  RETURN v_outcome;
END $$;
