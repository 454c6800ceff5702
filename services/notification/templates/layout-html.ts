import { initials } from "@lacio/salon/initials";
import type { Block, Said } from "./blocks.ts";

const FONT = "font-family:'Instrument Sans',-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const TITLE_FONT = "font-family:'Bricolage Grotesque','Instrument Sans',-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

/** Tables and inline styles, which mail clients need; the classes are only for dark mode and small screens. */
export function htmlMail({ locale, salon, title, greeting, preheader, blocks, footer }: Said): string {
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(title)}</title>
<style>${SHEET}</style>
</head>
<body class="seda" style="margin:0;padding:0;background-color:#F5F4F7;">
<div style="display:none;max-height:0;overflow:hidden;opacity:0;">${escape(preheader)}${"&#847;&zwnj;&nbsp;".repeat(40)}</div>
<table role="presentation" class="seda" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#F5F4F7;">
<tr><td align="center" class="gutter" style="padding:32px 16px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;">
<tr><td style="padding:0 8px 20px;">${brand(salon)}</td></tr>
<tr><td class="papel card" style="background-color:#FFFFFF;border-radius:16px;padding:36px 40px 28px;">
<h1 class="texto" style="${TITLE_FONT}margin:0 0 20px;font-size:26px;line-height:1.2;font-weight:700;letter-spacing:-0.02em;color:#1B1720;">${escape(title)}</h1>
${paragraph(greeting)}
${blocks.map(blockHtml).join("\n")}
</td></tr>
<tr><td class="humo" style="${FONT}padding:20px 8px 0;font-size:13px;line-height:1.5;color:#5E5866;">${escape(footer)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

function blockHtml(block: Block): string {
  if ("facts" in block) return facts(block.facts);
  if ("button" in block) return button(block.button, block.url);
  if ("links" in block) return links(block.links);
  if ("note" in block) {
    return `<p class="humo" style="${FONT}margin:0 0 16px;font-size:14px;line-height:1.5;color:#5E5866;">${escape(block.note)}</p>`;
  }
  return block.portrait ? beside(portrait(block.portrait), paragraph(block.paragraph)) : paragraph(block.paragraph);
}

function beside(left: string, right: string): string {
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:4px 0 0;"><tr>
<td valign="top" style="padding:0 16px 16px 0;">${left}</td><td valign="middle">${right}</td>
</tr></table>`;
}

function portrait(name: string): string {
  return `<div class="mora-suave mora-texto" aria-hidden="true" style="${TITLE_FONT}width:48px;height:48px;border-radius:24px;background-color:#F6E6EE;color:#7A1F4B;font-size:18px;line-height:48px;font-weight:700;text-align:center;">${escape(initials(name))}</div>`;
}

function paragraph(text: string): string {
  return `<p class="texto" style="${FONT}margin:0 0 16px;font-size:16px;line-height:1.5;color:#1B1720;">${escape(text)}</p>`;
}

function facts(rows: [string, string][]): string {
  const html = rows.map(
    ([label, value], index) => `<tr>
<td class="fact humo" valign="top" style="${FONT}padding:${index ? 8 : 18}px 12px ${index === rows.length - 1 ? 18 : 0}px 20px;width:96px;font-size:14px;line-height:1.5;color:#5E5866;">${escape(label)}</td>
<td class="fact-value texto" valign="top" style="${FONT}padding:${index ? 8 : 18}px 20px ${index === rows.length - 1 ? 18 : 0}px 0;font-size:15px;line-height:1.45;font-weight:700;color:#1B1720;overflow-wrap:anywhere;">${escape(value)}</td>
</tr>`,
  );
  return `<table role="presentation" class="seda" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:4px 0 20px;background-color:#F5F4F7;border-radius:12px;">
${html.join("\n")}
</table>`;
}

// The URL is also shown as text: some clients disable links of unknown senders.
function button(label: string, url: string): string {
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 12px;"><tr>
<td class="mora" align="center" style="background-color:#7A1F4B;border-radius:12px;">
<a class="on-mora" href="${escape(url)}" style="${FONT}display:inline-block;padding:13px 24px;font-size:16px;line-height:22px;font-weight:700;color:#FFFFFF;text-decoration:none;">${escape(label)}</a>
</td></tr></table>
<p class="humo" style="${FONT}margin:0 0 20px;font-size:13px;line-height:1.5;color:#5E5866;word-break:break-all;">${escape(url)}</p>`;
}

// Each on its own line, high enough for a touch target.
function links(all: [string, string][]): string {
  const rows = all.map(
    ([label, url]) =>
      `<a class="mora-texto" href="${escape(url)}" style="${FONT}display:block;padding:11px 0;font-size:16px;line-height:22px;font-weight:700;color:#7A1F4B;text-decoration:underline;">${escape(label)}</a>`,
  );
  return `<div style="margin:0 0 16px;">${rows.join("\n")}</div>`;
}

function brand(salon: string): string {
  const strand = (name: string, color: string) =>
    `<td class="${name}" width="4" style="width:4px;height:22px;background-color:${color};border-radius:2px;font-size:0;line-height:0;">&nbsp;</td><td width="4" style="width:4px;font-size:0;">&nbsp;</td>`;
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
${strand("mora", "#7A1F4B")}${strand("mora", "#7A1F4B")}${strand("maracuya", "#F2B33D")}
<td class="texto" style="${TITLE_FONT}padding-left:6px;font-size:20px;line-height:22px;font-weight:700;letter-spacing:-0.02em;color:#1B1720;">${escape(salon)}</td>
</tr></table>`;
}

// Escapes HTML, and no-break spaces, which keep "a. m." and the currency sign on the line of their number.
function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll(/(?<=\d) (?=[ap]\. m\.|[AP]M\b)/g, "&nbsp;")
    .replaceAll(/\b([ap])\. m\./g, "$1.&nbsp;m.")
    .replaceAll(/(\$|\bCOP) (?=\d)/g, "$1&nbsp;");
}

const SHEET = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.gutter{padding:20px 8px!important}.card{padding:28px 20px 16px!important}
.fact,.fact-value{display:block!important;width:auto!important;padding:0 16px!important}
.fact{padding-top:10px!important;font-size:13px!important}tr:last-child>.fact-value{padding-bottom:14px!important}}
@media (prefers-color-scheme:dark){.seda{background-color:#141118!important}.papel{background-color:#1E1A23!important}
.texto{color:#F2EEF3!important}.humo{color:#B3ABB9!important}.mora{background-color:#F29BC1!important}
.on-mora{color:#2B0817!important}.mora-texto{color:#F29BC1!important}.mora-suave{background-color:#3A1729!important}.maracuya{background-color:#F5C15C!important}}
`;
