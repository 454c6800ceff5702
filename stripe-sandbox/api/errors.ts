export interface ErrorBody {
  type: "api_error" | "idempotency_error" | "invalid_request_error";
  message: string;
  code?: string;
  param?: string;
}

/** An answer in Stripe's error shape. `kept` ones are stored under the idempotency key and replayed; those for bad input are not. */
export class ApiError extends Error {
  readonly status: number;
  readonly error: ErrorBody;
  readonly kept: boolean;

  constructor(status: number, error: ErrorBody, kept = false) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.kept = kept;
  }
}

export function badParam(param: string, message: string, code?: string): ApiError {
  return new ApiError(400, { type: "invalid_request_error", message, param, ...(code && { code }) });
}

/** Valid input that the object's state does not allow. */
export function badState(message: string, details: { code?: string; param?: string } = {}): ApiError {
  return new ApiError(400, { type: "invalid_request_error", message, ...details }, true);
}

export function missing(noun: string, id: string, param: string): ApiError {
  return new ApiError(404, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${noun}: '${id}'`,
    param,
  });
}
