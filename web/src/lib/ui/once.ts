const longEnough = 10_000;

/** Ignores a second submit while the answer to the first is pending. */
export function once(form: HTMLFormElement) {
  let sent = false;
  const mark = (now: boolean) => {
    sent = now;
    for (const button of form.querySelectorAll("button")) button.ariaDisabled = sent ? "true" : null;
  };
  const send = (event: SubmitEvent) => {
    if (sent) return event.preventDefault();
    mark(true);
    setTimeout(() => mark(false), longEnough); // the answer may never come
  };
  const back = () => mark(false); // after Back the bfcache restores the page with its button disabled
  form.addEventListener("submit", send);
  window.addEventListener("pageshow", back);
  return () => {
    form.removeEventListener("submit", send);
    window.removeEventListener("pageshow", back);
  };
}
