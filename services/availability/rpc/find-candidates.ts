import type { MessageInitShape } from "@bufbuild/protobuf";
import type { TermsSchema } from "@lacio/proto/availability/v1/availability_service";
import type { App, Rpc } from "../app.ts";
import { readCalendar } from "../db/read-calendar.ts";
import { startMinute } from "../domain/bookable.ts";
import type { Service } from "../domain/calendar.ts";
import { candidates } from "../domain/candidates.ts";
import { localDaysAround } from "../domain/local-days.ts";

export const findCandidates = (app: App): Rpc["findCandidates"] =>
  async function findCandidates({ serviceId, start, staffId, ignoreBookingId, soldAs }) {
    const minute = startMinute(start);
    const days = localDaysAround(app.config.zone, Math.floor(minute));
    const calendar = await readCalendar(app.db, { serviceId, days, staffId, ignoreBookingId, soldAs });
    if (!calendar) return { reason: "service_unknown" };
    const { stylists, reason } = candidates(calendar, days, minute, staffId || undefined);
    const price = showPrice(calendar.service);
    return {
      terms: showTerms(calendar.service),
      candidates: stylists.map(({ staffId, staffName }) => ({ staffId, staffName, price })),
      reason,
    };
  };

const showTerms = (service: Service): MessageInitShape<typeof TermsSchema> => ({
  serviceId: service.id,
  serviceName: service.name,
  serviceNameEn: service.nameEn,
  price: showPrice(service),
  ivaPercent: service.ivaPercent,
  phases: service.phases,
  bufferMinutes: service.bufferMinutes,
});

// One price for a service, whoever serves it.
const showPrice = ({ price }: Service) => ({ currencyCode: price.currencyCode, minorUnits: BigInt(price.minorUnits) });
