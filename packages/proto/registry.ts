import { createRegistry, type DescFile, type DescMessage, type DescMethod, type DescService } from "@bufbuild/protobuf";
import { file_lacio_auth_v1_auth_service } from "@lacio/proto/auth/v1/auth_service";
import { file_lacio_auth_v1_events } from "@lacio/proto/auth/v1/events";
import { file_lacio_availability_v1_availability_service } from "@lacio/proto/availability/v1/availability_service";
import { file_lacio_booking_v1_booking_service } from "@lacio/proto/booking/v1/booking_service";
import { file_lacio_booking_v1_events } from "@lacio/proto/booking/v1/events";
import { file_lacio_invoice_v1_events } from "@lacio/proto/invoice/v1/events";
import { file_lacio_invoice_v1_invoice_service } from "@lacio/proto/invoice/v1/invoice_service";
import { file_lacio_notification_v1_notification_service } from "@lacio/proto/notification/v1/notification_service";
import { file_lacio_payments_v1_events } from "@lacio/proto/payments/v1/events";
import { file_lacio_payments_v1_payments_service } from "@lacio/proto/payments/v1/payments_service";
import { file_lacio_reassignment_v1_events } from "@lacio/proto/reassignment/v1/events";
import { file_lacio_reassignment_v1_reassignment_service } from "@lacio/proto/reassignment/v1/reassignment_service";
import { file_lacio_staff_v1_events } from "@lacio/proto/staff/v1/events";
import { file_lacio_staff_v1_staff_service } from "@lacio/proto/staff/v1/staff_service";
import { file_lacio_users_v1_events } from "@lacio/proto/users/v1/events";
import { file_lacio_users_v1_users_service } from "@lacio/proto/users/v1/users_service";

/** All of Lacio's proto files; contract.test.ts compares the list with the folder. */
export const files: DescFile[] = [
  file_lacio_auth_v1_auth_service,
  file_lacio_auth_v1_events,
  file_lacio_availability_v1_availability_service,
  file_lacio_booking_v1_booking_service,
  file_lacio_booking_v1_events,
  file_lacio_invoice_v1_events,
  file_lacio_invoice_v1_invoice_service,
  file_lacio_notification_v1_notification_service,
  file_lacio_payments_v1_events,
  file_lacio_payments_v1_payments_service,
  file_lacio_reassignment_v1_events,
  file_lacio_reassignment_v1_reassignment_service,
  file_lacio_staff_v1_events,
  file_lacio_staff_v1_staff_service,
  file_lacio_users_v1_events,
  file_lacio_users_v1_users_service,
];

export const registry = createRegistry(...files);
export const services: DescService[] = files.flatMap((file) => file.services);
export const methods: DescMethod[] = services.flatMap((service) => service.methods);
export const events: DescMessage[] = files.filter((file) => file.name.endsWith("/events")).flatMap((file) => file.messages);
