import type { ServiceImpl } from "@connectrpc/connect";
import type { Base } from "@lacio/chassis/start";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import type { UsersService } from "@lacio/proto/users/v1/users_service";

export const readConfig = () => ({});

export const createApp = (base: Base<ReturnType<typeof readConfig>>) => ({
  ...base,
  auth: base.client(AuthService),
  booking: base.client(BookingService),
});

export type App = ReturnType<typeof createApp>;

/** The methods of the contract; rpc/index.ts implements each. */
export type Rpc = ServiceImpl<typeof UsersService>;
