import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import type { App, Rpc } from "../app.ts";
import { Account } from "../domain/account.ts";
import { LinkToken, type LinkPurpose } from "../domain/link-token.ts";
import { newToken } from "../domain/session.ts";

export const issueLinkToken =
  (app: App): Rpc["issueLinkToken"] =>
  ({ accountId, purpose }) =>
    app.transact(async (tx) => {
      await tx.lock(Account, { id: accountId, erasedAt: null });
      const token = newToken();
      const link = LinkToken.issue(token, accountId, Purpose[purpose] as LinkPurpose, app.now());
      tx.add(link);
      return { token, expiresAt: timestampFromDate(link.expiresAt) };
    });
