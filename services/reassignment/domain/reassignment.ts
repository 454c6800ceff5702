import type { Fact } from "@lacio/chassis/fact";
import { v7 as uuidv7 } from "uuid";
import { isSame, leadsTo, type Answer, type Substitute } from "./answer.ts";
import { alreadyAnswered, notSearching, offerChanged } from "./reassignment-refusals.ts";
import { reassignmentOffered, reassignmentSettled, type OtherTime } from "./reassignment-facts.ts";
import { ReassignmentSchema, type Became, type Outcome, type StoredReassignment } from "./reassignment-schema.ts";

type Decided = "state" | "became" | "offerId" | "offerStaffId" | "offerStaffName" | "offerPrice" | "deadline" | "passedOver" | "answer";
/** A paid visit that lost its stylist, as booking told it. */
export type Loss = Omit<StoredReassignment, Decided | "openedAt" | "settledAt">;
/** What the client wishes in advance, for when nobody answers. */
export type Preference = "REFUND" | "SUBSTITUTE";

/** What becomes of a visit whose stylist can't come, from the loss to its one outcome. Top to bottom it reads as the process. */
export class Reassignment extends ReassignmentSchema.class {
  /** A substitute is being looked for; the client may be asked until `deadline`. */
  static open(loss: Loss, deadline: Date, now: Date): Reassignment {
    return Object.assign(new Reassignment(), loss, { state: "SEARCHING" as const, deadline, passedOver: [], openedAt: now });
  }

  /** Whether the plan has a say in it: nobody has been found yet, and nothing is decided. */
  get waitsForPlan(): boolean {
    return this.state === "SEARCHING" && this.answer == null;
  }

  // The plan's result is one of these four.

  /** The client had asked for any stylist, or wishes a substitute and can't be asked in time. */
  moveAtOnce(substitute: Substitute): void {
    this.refuseUnlessWaiting();
    this.answer = moveTo(substitute);
  }

  /** The substitute is held until the deadline: the client is asked. */
  offer({ staffId, staffName, price }: Substitute): Fact {
    this.refuseUnlessWaiting();
    if (this.passedOver.includes(staffId)) throw offerChanged();
    Object.assign(this, { offerStaffId: staffId, offerStaffName: staffName, offerPrice: price });
    return this.ask("OFFERED", []);
  }

  /** Nobody is free at this start: the client is asked for another time. */
  offerOtherTimes(others: OtherTime[]): Fact {
    this.refuseUnlessWaiting();
    return this.ask("CHOOSING", others);
  }

  /** There is no time to ask, and nobody is free or the client wishes so. */
  refundAtOnce(): void {
    this.refuseUnlessWaiting();
    this.answer = { kind: "REFUND" };
  }

  private ask(state: "OFFERED" | "CHOOSING", others: OtherTime[]): Fact {
    const again = this.offerId != null;
    this.offerId = uuidv7();
    this.state = state;
    return reassignmentOffered(this, again, others);
  }

  // The client answers: the first answer counts, and the same one again is the same answer.

  accept(offerId: string, now: Date): void {
    const answer: Answer = { kind: "ACCEPT", offerId };
    if (this.isRepeated(answer, now)) return;
    if (this.offerStaffId == null || this.offerId !== offerId) throw offerChanged();
    this.answer = answer;
  }

  decline(now: Date): void {
    const answer: Answer = { kind: "DECLINE" };
    if (!this.isRepeated(answer, now)) this.answer = answer;
  }

  /** `staffId`: "" for any stylist. */
  choose({ start, staffId, refuseOverlap }: { start: Date; staffId: string; refuseOverlap: boolean }, now: Date): void {
    const answer: Answer = { kind: "CHOOSE", start: start.toISOString(), staffId, refuseOverlap };
    if (!this.isRepeated(answer, now)) this.answer = answer;
  }

  private isRepeated(answer: Answer, now: Date): boolean {
    if (isSame(this.answer, answer) && (this.settledAt == null || leadsTo(answer, this.state))) return true;
    if (this.answer != null || this.settledAt != null || this.deadline <= now) throw alreadyAnswered(this);
    return false;
  }

  /** Nobody answered in time, or nobody could be asked: the client's preference decides. A search for who wishes a substitute is left to the plan. */
  decideAtDeadline(preference: Preference, now: Date): void {
    if (this.answer != null || this.settledAt != null || this.deadline > now) return;
    const searching = this.state === "SEARCHING";
    if ((preference === "REFUND" && !(searching && this.anyStaff)) || this.startsAt <= now) this.answer = { kind: "REFUND" };
    else if (searching) return;
    else if (this.offerStaffId != null) this.answer = moveTo(this.offered());
    else this.state = "SEARCHING"; // once more: somebody may be free by now
  }

  /**
   * A substitute who was held can't come, either: the search goes on, with the same deadline. False if another one is offered. It may be heard of
   * before the offer itself, which is then not made.
   */
  substituteLost(staffId: string): boolean {
    if (this.settledAt != null || (this.offerStaffId !== staffId && !this.waitsForPlan)) return false;
    if (this.answer?.kind === "ACCEPT" || this.answer?.kind === "MOVE") this.answer = null;
    this.passOver(staffId);
    return true;
  }

  /** Booking has done this, whatever has become of the answer since: an equal one may have been refused, and taken back, meanwhile. */
  wasCarriedOut(answer: Answer): void {
    if (this.settledAt == null) this.answer = answer;
  }

  /** Booking could not do what was decided: the client may answer again, or the search goes on. False if something else is decided by now. */
  takeBack(refused: Answer): boolean {
    if (this.settledAt != null || !isSame(this.answer, refused)) return false;
    this.answer = null;
    if (refused.kind === "MOVE") this.passOver(refused.staffId);
    if (refused.kind === "ACCEPT") this.passOver(this.offerStaffId!);
    return true;
  }

  /** Booking refused to hold or to take this stylist, of whom the client has not heard. */
  passOver(staffId: string): void {
    this.passedOver = [...new Set([...this.passedOver, staffId])];
    Object.assign(this, { state: "SEARCHING", offerStaffId: null, offerStaffName: null, offerPrice: null });
  }

  /** Booking decided; only the first outcome counts, and there is no other. */
  settle(outcome: Outcome, became: Became | null, now: Date): Fact | undefined {
    if (this.settledAt != null) return undefined;
    this.state = outcome;
    this.became = became;
    this.settledAt = now;
    return reassignmentSettled(this);
  }

  /** The substitute who is held. */
  offered(): Substitute {
    return { staffId: this.offerStaffId!, staffName: this.offerStaffName!, price: this.offerPrice! };
  }

  private refuseUnlessWaiting(): void {
    if (!this.waitsForPlan) throw notSearching();
  }
}
ReassignmentSchema.setClass(Reassignment);

const moveTo = ({ staffId, price }: Substitute): Answer => ({ kind: "MOVE", staffId, price: String(price) });
