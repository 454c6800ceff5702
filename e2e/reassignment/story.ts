import { expect } from "@jest/globals";
import type { System } from "@lacio/testkit/system";
import { mails, signIn, signUp, sql, until, type ReceivedMail } from "@lacio/testkit/testing";
import { balance, invoicesOf, price, sold, statusOf } from "../invariants.ts";
import { provider } from "../provider.ts";
import { rest, type Answer } from "../rest.ts";
import { pay, type Salon } from "../salon.ts";

export type Seen = {
  reassignment?: {
    reassignmentId: string;
    bookingId: string;
    state: string;
    deadline?: string;
    offer?: { offerId: string; staffId: string };
  };
  alternatives: { start: string; staffId: string }[];
};
type Answered = Answer<Pick<Seen, "reassignment">>;
type Wish = { anyone?: boolean; preference?: "SUBSTITUTE" | "REFUND" };
type Booking = { bookingId: string; status: string; staffId: string; start: string };
export type Offer = { offerId: string; substitute: string; deadline: string; mail: ReceivedMail };

export type Story = Awaited<ReturnType<typeof story>>;

/** A client of this salon has booked the first stylist (or anyone) and paid; and what the people of the story do and see, through the edge. */
export async function story(system: System, salon: Salon, start: Date, { anyone = false, preference }: Wish) {
  const client = await signUp(system);
  const mine = rest(system, client.accessToken);
  if (preference) expect((await mine.patch("/v1/me", { whenStylistCancels: preference })).status).toBe(200);
  const wish = { serviceId: salon.serviceId, desiredStart: start.toISOString(), ...(!anyone && { staffId: salon.staffIds[0] }) };
  const booked = await mine.post<{ bookingId: string; staffId: string }>("/v1/bookings", wish);
  const { bookingId } = booked.body;
  await pay(system, client, bookingId);
  await sold(system, { bookingId, email: client.email });
  const accounts = await Promise.all(salon.staffIds.map((id) => accountOf(system, id)));
  const stylists = await Promise.all(
    accounts.map(async ({ email }) => rest(system, await signIn(system, { email, password: "una clave larga" }))),
  );
  const chosen = salon.staffIds.indexOf(booked.body.staffId);
  const reassignments = `/v1/bookings/${bookingId}`;

  const seen = async (): Promise<Seen> => (await mine.get<Seen>(`${reassignments}/alternatives`)).body;
  const asked = async (state: string): Promise<Seen> =>
    until(async () => {
      const now = await seen();
      return now.reassignment?.state === state && now;
    });
  // The newest link: each mail has one of its own.
  const token = async () => {
    const offers = (await mails(system, client.email)).flatMap(({ text }) => [...text.matchAll(/\/links\/cita\?token=([\w-]+)/g)]);
    return offers.at(-1)![1]!;
  };
  const offerMails = async () => (await mails(system, client.email)).filter(({ text }) => text.includes("/links/cita?token="));
  const offered = async (count = 1): Promise<Offer> => {
    const { reassignment } = await asked("OFFERED");
    const mail = (await until(async () => (await offerMails()).length >= count && offerMails())).at(-1)!;
    return { ...reassignment!.offer!, substitute: reassignment!.offer!.staffId, deadline: reassignment!.deadline!, mail };
  };

  return {
    ...{ bookingId, client, mine, stylists, start, chosen, staffIds: salon.staffIds, staffNames: accounts.map(({ name }) => name) },
    booking: async () => (await mine.get<{ booking: Booking }>(reassignments)).body.booking,
    lossId: async () => (await seen()).reassignment!.reassignmentId,
    status: () => statusOf(system, bookingId),
    invoices: () => invoicesOf(system, bookingId),

    async stylistCancels(reason = "Enferma") {
      const url = `/v1/staff/${salon.staffIds[chosen]}/bookings/${bookingId}/cancel`;
      const answer = await stylists[chosen]!.patch<{ booking: Booking }>(url, { reason });
      expect([answer.status, answer.body.booking?.status]).toEqual([200, "REASSIGNING"]);
    },
    async reportsAbsence(stylist: number) {
      const until = new Date(start.getTime() + 3_600_000).toISOString();
      const report = { from: start.toISOString(), until, reason: "Calamidad" };
      expect((await stylists[stylist]!.post(`/v1/staff/${salon.staffIds[stylist]}/absences`, report)).status).toBe(200);
    },

    seen,
    asked,
    offered,
    state: async () => (await seen()).reassignment?.state,
    offeredAgain: async (before: Offer): Promise<Offer> => {
      await until(async () => {
        const now = (await seen()).reassignment?.offer?.offerId;
        return now !== undefined && now !== before.offerId;
      });
      return offered(2);
    },
    seenByLink: async () => rest(system).post<Seen>("/v1/reassignments/by-link", { token: await token() }),
    byLink: async (answer: object): Promise<Answered> =>
      rest(system).post("/v1/reassignments/by-link/answer", { token: await token(), ...answer }),
    signedIn: (answer: object): Promise<Answered> => mine.post(`${reassignments}/reassignment`, answer),

    /** Hours pass: the deadline lies just behind, in both services that keep it. */
    async deadlinePasses() {
      await sql(system, "booking", "update booking set held_until = now() where id = $1", [bookingId]);
      await sql(system, "reassignment", "update reassignment set deadline = now() where booking_id = $1", [bookingId]);
      for (const service of ["booking", "reassignment"])
        await sql(system, service, "update job set at = now() where kind in ('watch-lost-visit', 'decide')");
    },

    /** The bookings in each stylist's agenda at the visit's hour and after it. */
    async agendas(): Promise<string[][]> {
      const period = `from=${start.toISOString()}&to=${new Date(start.getTime() + 10 * 3_600_000).toISOString()}`;
      return Promise.all(
        stylists.map(async (stylist, n) => {
          const { body } = await stylist.get<{ bookings: Booking[] }>(`/v1/staff/${salon.staffIds[n]}/bookings?${period}`);
          return body.bookings.map((booking) => booking.bookingId);
        }),
      );
    },
    async freeAt(stylist: number): Promise<boolean> {
      const url = `/v1/availability?serviceId=${salon.serviceId}&staffId=${salon.staffIds[stylist]}&date=${start.toISOString().slice(0, 10)}`;
      const { slots } = (await rest(system).get<{ slots: { start: string }[] }>(url)).body;
      return slots.some((slot) => Date.parse(slot.start) === start.getTime());
    },
    /** The client holds one more visit. Answers its id. */
    async booksToo(desiredStart: string, staffId: string): Promise<string> {
      const wish = { serviceId: salon.serviceId, staffId, desiredStart };
      return (await mine.post<{ bookingId: string }>("/v1/bookings", wish)).body.bookingId;
    },
    async otherClientBooks(at: Date, staffId: string) {
      const other = rest(system, (await signUp(system)).accessToken);
      const booking = { serviceId: salon.serviceId, staffId, desiredStart: at.toISOString() };
      expect((await other.post("/v1/bookings", booking)).status).toBe(200);
    },

    /** The kinds of the client's mails about the visit, in alphabetical order. */
    mailKinds: () => kindsTo(system, bookingId, client.id),
    stylistMailKinds: () => Promise.all(salon.staffIds.map((id) => kindsTo(system, bookingId, id))),
    /** The calendar files that the client was sent, oldest first. */
    async calendar() {
      const files = (await mails(system, client.email)).flatMap(({ attachments }) =>
        attachments.filter(({ name }) => name.endsWith(".ics")),
      );
      return files.map(({ bytes }) => {
        const text = bytes.toString().replaceAll(/\r\n[ \t]/g, "");
        return { text, uid: /^UID:(.+)$/m.exec(text)![1]!.trim(), sequence: Number(/^SEQUENCE:(\d+)/m.exec(text)![1]) };
      });
    },
    async expectRefunded() {
      expect(await statusOf(system, bookingId)).toBe("CANCELLED");
      expect(await provider(system).money(bookingId)).toEqual({ received: [price], refunded: [price] });
      expect(await balance(system, bookingId)).toEqual({ stripe_clearing: 0, client_deposits: 0 });
      expect((await invoicesOf(system, bookingId)).map(({ kind }) => kind)).toEqual(["INVOICE", "CREDIT_NOTE"]);
    },
  };
}

async function accountOf(system: System, id: string): Promise<{ email: string; name: string }> {
  const [account] = await sql<{ email: string; name: string }>(system, "auth", "select email, name from account where id = $1", [id]);
  return account!;
}

async function kindsTo(system: System, bookingId: string, recipientId: string): Promise<string[]> {
  const text = "select kind from notification where booking_id = $1 and recipient_id = $2 and status = 'SENT' order by kind";
  return (await sql<{ kind: string }>(system, "notification", text, [bookingId, recipientId])).map(({ kind }) => kind);
}
