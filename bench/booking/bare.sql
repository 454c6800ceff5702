-- The rows that CreateBooking writes, in one plain statement: the next free hour of the next stylist.
with next as (
  select nextval('bench_hour') as n
), slot as (
  select gen_random_uuid() as id, ('019c0000-0000-7000-9000-' || lpad((n % 20)::text, 12, '0'))::uuid as staff_id,
    date_trunc('hour', now()) + interval '3 days' + (n / 20) * interval '1 hour' as at
  from next
), part as (
  insert into occupancy (resource_id, during, booking_id)
  select staff_id, tstzrange(at, at + interval '1 hour'), id from slot
  on conflict do nothing returning 1
), booked as (
  insert into booking (id, client_id, hold_no, status, expires_at, price, currency, free_until_hours, late_refund_percent, any_staff,
    starts_at, ends_at, revision, created_at)
  select id, gen_random_uuid(), 1, 'PENDING_PAYMENT', now() + interval '10 minutes', 12000000, 'COP', 24, 50, false,
    at, at + interval '1 hour', 1, now()
  from slot where exists (select from part)
  returning id
), line as (
  insert into booking_line (booking_id, position, service_id, service_name, staff_id, price, currency, iva_percent, starts_at, ends_at,
    phases, buffer_minutes)
  select booked.id, 1, '019c0000-0000-7000-8000-000000000001', 'Alisado', staff_id, 12000000, 'COP', 19, at, at + interval '1 hour',
    '[{"name": "Alisado", "minutes": 60, "busy": true}]', 0
  from booked join slot using (id)
), told as (
  insert into outbox (id, subject, type, key, payload, request_id)
  select gen_random_uuid(), 'booking.created', 'lacio.booking.v1.BookingCreated', id::text, decode(repeat('00', 330), 'hex'), gen_random_uuid()::text
  from booked
)
select count(*) from booked;
