import { create, equals, type MessageInitShape } from "@bufbuild/protobuf";
import { invalid } from "@lacio/chassis/errors";
import { fact, type Fact } from "@lacio/chassis/fact";
import { ServiceChangedSchema } from "@lacio/proto/staff/v1/events";
import { SalonServiceSchema as ServiceMessage } from "@lacio/proto/staff/v1/staff_service";
import { Collection, defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";
import { idsOf, Skill } from "./skill.ts";

/** One part of a service. While one is not busy the stylist can serve another client. */
export type Phase = { name: string; minutes: number; busy: boolean };

const ServiceSchema = defineEntity({
  name: "SalonService",
  tableName: "service",
  properties: {
    id: p.uuid().primary(),
    name: p.string().length(80),
    nameEn: p.string().length(80),
    description: p.string().length(1_000),
    descriptionEn: p.string().length(1_000),
    currencyCode: p.string().length(3),
    price: p.bigint("bigint"),
    ivaPercent: p.smallint(),
    phases: p.json<Phase[]>(),
    bufferMinutes: p.smallint(),
    active: p.boolean(),
    skills: () => p.manyToMany(Skill).pivotTable("service_skills").joinColumn("service_id").inverseJoinColumn("skill_id"),
    revision: p.bigint("bigint"),
    createdAt: p.datetime(),
  },
});

/** A partial update; absent = unchanged. */
export type ServiceWishes = {
  name?: string;
  nameEn?: string;
  description?: string;
  descriptionEn?: string;
  price?: { currencyCode: string; minorUnits: bigint };
  ivaPercent?: number;
  phases?: Phase[];
  bufferMinutes?: number;
  skills?: Skill[];
  active?: boolean;
};

const usualIvaPercent = 19;
const longestMinutes = 12 * 60;

/** What a client can book; other services project it from the fact by revision. */
export class SalonService extends ServiceSchema.class {
  static offer(wishes: ServiceWishes, now: Date): [SalonService, Fact[]] {
    const service = new SalonService();
    const start = { nameEn: "", description: "", descriptionEn: "", ivaPercent: usualIvaPercent, bufferMinutes: 0, active: true };
    Object.assign(service, { id: uuidv7(), ...start, skills: new Collection<Skill>(service, []), revision: 0n, createdAt: now });
    return [service, service.change(wishes)];
  }

  /** A new revision and its fact; neither when nothing changed, so that a repeat is idempotent. */
  change({ price, phases, skills, ...rest }: ServiceWishes): Fact[] {
    const before = this.revision > 0n ? this.toMessage() : undefined;
    Object.assign(this, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
    if (price) Object.assign(this, priceOf(price));
    if (phases) this.phases = phasesOf(phases);
    if (skills) this.skills.set(skills);
    if (before && equals(ServiceMessage, create(ServiceMessage, before), create(ServiceMessage, this.toMessage()))) return [];
    this.revision += 1n;
    return [fact(ServiceChangedSchema, this.id, { service: this.toMessage(), revision: this.revision })];
  }

  /** The message in facts and answers. The skills must be loaded. */
  toMessage(): MessageInitShape<typeof ServiceMessage> {
    const { id, name, nameEn, description, descriptionEn, ivaPercent, phases, bufferMinutes, active } = this;
    return {
      ...{ id, name, nameEn, description, descriptionEn, ivaPercent, phases, bufferMinutes, active },
      price: { currencyCode: this.currencyCode, minorUnits: this.price },
      durationMinutes: minutesOf(phases),
      skillIds: idsOf(this.skills.getItems()),
    };
  }
}
ServiceSchema.setClass(SalonService);

function priceOf({ currencyCode, minorUnits }: { currencyCode: string; minorUnits: bigint }) {
  if (currencyCode !== "COP") throw invalid("price.currencyCode", "must be COP");
  if (minorUnits <= 0n) throw invalid("price.minorUnits", "must be more than 0");
  return { currencyCode, price: minorUnits };
}

function phasesOf(phases: Phase[]): Phase[] {
  if (!phases.some((phase) => phase.busy)) throw invalid("phases", "at least one phase must be busy");
  if (minutesOf(phases) > longestMinutes) throw invalid("phases", "must last at most 12 hours in all");
  return phases.map(({ name, minutes, busy }) => ({ name, minutes, busy }));
}

const minutesOf = (phases: Phase[]): number => phases.reduce((sum, { minutes }) => sum + minutes, 0);
