/** What is known of the way to the salon; the banner at the top says it. `lost`: what has just not worked, `times` times in a row. */
export const connection = $state<{ offline: boolean; lost?: "nothing_sent" | "no_answer"; times: number }>({ offline: false, times: 0 });

export function tellLost(lost: "nothing_sent" | "no_answer"): void {
  connection.lost = lost;
  connection.times++;
}

export function tellFound(): void {
  connection.lost = undefined;
  connection.times = 0;
}
