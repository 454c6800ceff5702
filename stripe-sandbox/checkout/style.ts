export const style = `
:root { color-scheme: light dark; --text: #1f1a24; --muted: #5f5768; --page: #f6f3f8; --card: #fff; --line: #e2dbe8;
  --brand: #6b2d8c; --on-brand: #fff; --bad: #9b1c31; --bad-page: #fdecef; }
@media (prefers-color-scheme: dark) { :root { --text: #f1ecf5; --muted: #b9afc4; --page: #141017; --card: #211b27; --line: #3b3244;
  --brand: #d3a4ee; --on-brand: #2a0f3a; --bad: #ffb3c0; --bad-page: #40141d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 28rem; min-height: 100dvh; padding: 1.25rem 1rem; display: flex; flex-direction: column; gap: 1rem;
  background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
header { display: flex; align-items: center; gap: .75rem; font-weight: 600; overflow-wrap: anywhere; }
header span { flex: none; width: 2.5rem; height: 2.5rem; border-radius: 50%; display: grid; place-items: center; background: var(--brand); color: var(--on-brand); }
p { margin: 0; }
h1 { margin: 0; font-size: 1.375rem; line-height: 1.25; }
main { display: flex; flex-direction: column; gap: 1rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
.total span { display: block; color: var(--muted); font-size: 1rem; font-weight: 400; }
.total strong { font-size: 2rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
abbr { font-size: 1rem; color: var(--muted); text-decoration: none; }
.lines { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
.lines li { display: flex; justify-content: space-between; gap: 1rem; padding: .75rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.lines li > :last-child { flex: none; font-variant-numeric: tabular-nums; }
small, .small { color: var(--muted); font-size: .875rem; }
small { display: block; }
form { display: flex; flex-direction: column; gap: .625rem; }
button, a.pay { display: block; width: 100%; min-height: 3rem; padding: .625rem 1rem; border-radius: .75rem; border: 1px solid var(--line);
  background: transparent; color: var(--text); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
button.pay, a.pay { background: var(--brand); border-color: var(--brand); color: var(--on-brand); }
button.decline { color: var(--bad); }
button.leave { border-color: transparent; font-weight: 400; text-decoration: underline; }
button:focus-visible, a:focus-visible { outline: 3px solid var(--brand); outline-offset: 3px; }
.notice { padding: .75rem 1rem; border: 1px dashed var(--line); border-radius: .75rem; color: var(--muted); font-size: .875rem; }
.notice.bad { border: 0; background: var(--bad-page); color: var(--bad); font-size: 1rem; }
`;
