// Error pages for browsers when the web can't answer: in the salon's design, self-contained, without script.

/** As Envoy's text_format, in which "%" is escaped by doubling. The request id is for support. */
export function page({ es, en }: Words): string {
  const html = `<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${es.title}</title>
<style>${style}</style>
</head>
<body>
<main>
<svg viewBox="0 0 32 32" fill="none" stroke-linecap="round" stroke-width="2.6" aria-hidden="true"><path class="m" d="M8 3v17a9 9 0 0 0 9 9h11"/><path class="m" d="M13.5 3v16.5a4.5 4.5 0 0 0 4.5 4.5h10"/><path class="y" d="M19 3v13.5a2.5 2.5 0 0 0 2.5 2.5H28"/></svg>
<h1>${es.title}</h1>
<p>${es.text}</p>
<div lang="en"><h2>${en.title}</h2><p>${en.text}</p></div>
<p><a href="">Reintentar · <span lang="en">Try again</span></a></p>
<p class="id">`;
  return `${html.replaceAll("%", "%%")}%REQ(X-REQUEST-ID)%</p>\n</main>\n</body>\n</html>\n`;
}

type Words = Record<"es" | "en", { title: string; text: string }>;

export const tooFast: Words = {
  es: { title: "Vas muy rápido", text: "Recibimos demasiados intentos seguidos. Espera un minuto y vuelve a intentarlo." },
  en: { title: "That was too fast", text: "We got too many attempts in a row. Wait a minute and try again." },
};

export const tooLong: Words = {
  es: { title: "Es demasiado texto", text: "Lo que enviaste es más largo de lo que podemos recibir. Vuelve atrás y acórtalo." },
  en: { title: "That is too much text", text: "What you sent is longer than we can take. Go back and shorten it." },
};

export const tooSlow: Words = {
  es: {
    title: "No alcanzó a llegar",
    text: "Tu conexión está lenta y lo que enviaste no llegó completo. Vuelve atrás y envíalo otra vez.",
  },
  en: { title: "It did not get here", text: "Your connection is slow and what you sent did not arrive whole. Go back and send it again." },
};

export const backSoon: Words = {
  es: {
    title: "Volvemos en un momento",
    text: "Tenemos una falla momentánea. Lo que ya reservaste y pagaste está guardado. Reintenta en unos segundos.",
  },
  en: {
    title: "We'll be back in a moment",
    text: "We have a momentary problem. What you booked and paid is safe. Try again in a few seconds.",
  },
};

const style = [
  ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}",
  "body{margin:0;min-height:100vh;display:grid;place-items:center;background:light-dark(#f5f4f7,#141118);color:light-dark(#1b1720,#f2eef3)}",
  "main{max-width:34rem;padding:1.5rem}svg{width:48px}h1{font-size:28px;line-height:1.15;margin:1rem 0 .5rem}h2{font-size:18px;margin:1.5rem 0 .25rem}p{margin:0}",
  ".m{stroke:light-dark(#7a1f4b,#f29bc1)}.y{stroke:light-dark(#f2b33d,#f5c15c)}.id{color:light-dark(#5e5866,#b3abb9);font-size:14px;margin-top:1rem}",
  "a{display:inline-block;border:1px solid transparent;margin-top:1.5rem;padding:12px 20px;border-radius:12px;background:light-dark(#7a1f4b,#f29bc1);color:light-dark(#fff,#2b0817);font-weight:600;text-decoration:none}",
].join("");
