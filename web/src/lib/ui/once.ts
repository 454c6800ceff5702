const longEnough = 10_000;

/** A form that goes out once: pressing again while its answer is on the way does nothing. */
export function once(form: HTMLFormElement) {
  let sent = false;
  const mark = (now: boolean) => {
    sent = now;
    for (const button of form.querySelectorAll("button")) button.ariaDisabled = sent ? "true" : null;
  };
  const send = (event: SubmitEvent) => {
    if (sent) return event.preventDefault();
    mark(true);
    setTimeout(() => mark(false), longEnough); // an answer that never came
  };
  const back = () => mark(false); // the browser's Back shows the page as it was left
  form.addEventListener("submit", send);
  window.addEventListener("pageshow", back);
  return () => {
    form.removeEventListener("submit", send);
    window.removeEventListener("pageshow", back);
  };
}
