import type { Api } from "#lib/server/api.ts";
import type { Session } from "#lib/server/session.ts";

declare global {
  namespace App {
    interface Error {
      status: number;
      message: string;
      requestId?: string;
    }
    interface Locals {
      /** RPC clients that send this request's access token, request id and trace. */
      api: Api;
      /** Who is signed in; absent for a visitor. */
      session?: Session;
      requestId: string;
    }
  }
}

export {};
