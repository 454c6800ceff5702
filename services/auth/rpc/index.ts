import type { Routes } from "@lacio/chassis/serve";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import type { App, Rpc } from "../app.ts";
import { createAccount, getRegistration, register } from "./accounts.ts";
import { changeEmail, confirmEmailChange, getEmailChange } from "./change-email.ts";
import { disableAccount, enableAccount, endSessions } from "./disable-account.ts";
import { issueLinkToken, requestPasswordReset, resetPassword, verifyEmail } from "./links.ts";
import { login } from "./login.ts";
import { changePassword, checkPassword } from "./password.ts";
import { refresh } from "./refresh.ts";
import { listEndedSessions, listSessions, logout, revokeSession } from "./sessions.ts";

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
      changePassword: changePassword(app),
      changeEmail: changeEmail(app),
      confirmEmailChange: confirmEmailChange(app),
      checkPassword: checkPassword(app),
      createAccount: createAccount(app),
      disableAccount: disableAccount(app),
      enableAccount: enableAccount(app),
      endSessions: endSessions(app),
      listEndedSessions: listEndedSessions(app),
      getRegistration: getRegistration(app),
      getEmailChange: getEmailChange(app),
      issueLinkToken: issueLinkToken(app),
    } satisfies Rpc);
