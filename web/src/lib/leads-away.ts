/** Whether an event would navigate away from the page: a form's submit, or a click on a link to another page in the same tab. */
export function leadsAway(event: Event): boolean {
  if (event.type === "submit") return true;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link?.href || link.target || (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey))) return false;
  const { protocol, href } = new URL(link.href);
  const page = (address: string) => address.replace(/#.*/, "");
  return protocol.startsWith("http") && page(href) !== page(location.href);
}
