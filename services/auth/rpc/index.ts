import type { Routes } from "@lacio/chassis/serve";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import type { App, Rpc } from "../app.ts";
import { createAccount } from "./create-account.ts";
import { getRegistration } from "./get-registration.ts";
import { issueLinkToken } from "./issue-link-token.ts";
import { listSessions } from "./list-sessions.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { refresh } from "./refresh.ts";
import { register } from "./register.ts";
import { requestPasswordReset } from "./request-password-reset.ts";
import { resetPassword } from "./reset-password.ts";
import { revokeSession } from "./revoke-session.ts";
import { verifyEmail } from "./verify-email.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(AuthService, {
      register: register(app),
      login: login(app),
      refresh: refresh(app),
      logout: logout(app),
      listSessions: listSessions(app),
      revokeSession: revokeSession(app),
      verifyEmail: verifyEmail(app),
      requestPasswordReset: requestPasswordReset(app),
      resetPassword: resetPassword(app),
      createAccount: createAccount(app),
      getRegistration: getRegistration(app),
      issueLinkToken: issueLinkToken(app),
    } satisfies Rpc);
