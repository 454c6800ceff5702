/** Network state for the banner at the top. `lost`: why the last attempt failed, `times` attempts in a row. */
export const connection = $state<{ offline: boolean; lost?: "nothing_sent" | "no_answer"; times: number }>({ offline: false, times: 0 });

export function tellLost(lost: "nothing_sent" | "no_answer"): void {
  connection.lost = lost;
  connection.times++;
}

export function tellFound(): void {
  connection.lost = undefined;
  connection.times = 0;
}
