/** The one stylesheet of the pages. Colours have a contrast of at least 4.5:1 for text and 3:1 for edges (WCAG 2.2). */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #eef3f5;
  --surface: #ffffff;
  --ink: #14242c;
  --soft: #4c616b;
  --line: #d5dfe4;
  --edge: #748892;
  --accent: #0b6172;
  --accent-strong: #084c5a;
  --on-accent: #ffffff;
  --wash: #e6f2f4;
  --error: #a8251f;
  --error-wash: #fdf0ee;
  --focus: #b45f06;
  --shadow: 0 1px 2px rgb(20 36 44 / 6%), 0 12px 32px rgb(20 36 44 / 8%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d171c;
    --surface: #15232a;
    --ink: #e8f0f3;
    --soft: #a9bcc5;
    --line: #263841;
    --edge: #7d939e;
    --accent: #6fc7d6;
    --accent-strong: #9adbe6;
    --on-accent: #06242b;
    --wash: #1b3038;
    --error: #ff9e94;
    --error-wash: #34201f;
    --focus: #ffb454;
    --shadow: none;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  padding: 2rem 1rem 3rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
.top, .card { width: 100%; max-width: 27.5rem; margin-inline: auto; }
.top {
  display: flex;
  align-items: center;
  gap: 0.625rem;
  margin-bottom: 1.25rem;
  padding-inline: 0.25rem;
  font-weight: 600;
  letter-spacing: 0.005em;
}
.mark { flex: none; fill: none; stroke: var(--accent); stroke-width: 2.5; stroke-linecap: round; }
.mark .lesion { fill: var(--accent); stroke: none; }
.card {
  padding: 2rem;
  background: var(--surface);
  border: 1px solid var(--line);
  border-radius: 14px;
  box-shadow: var(--shadow);
}
h1 { margin: 0 0 0.75rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.012em; text-wrap: balance; }
h2 { margin: 0 0 0.375rem; font-size: 1rem; font-weight: 650; }
h2.quiet { margin: 1.75rem 0 0.75rem; padding-top: 1.5rem; border-top: 1px solid var(--line); font-weight: 600; color: var(--soft); }
p { margin: 0 0 1rem; }
.card > :last-child, .card form > :last-child { margin-bottom: 0; }
.asking { margin-bottom: 1.5rem; color: var(--soft); }
.asking strong { color: var(--ink); font-weight: 600; }
.hint { color: var(--soft); font-size: 0.9375rem; }
form { margin: 1.5rem 0 0; }
.or + form, h2.quiet + form { margin-top: 0; }
form + .hint { margin-top: 1.25rem; }
.field { margin-bottom: 1.25rem; }
.field .hint, .field .error { margin: 0 0 0.375rem; }
label, legend { font-weight: 600; }
label { display: inline-block; margin-bottom: 0.25rem; }
.field input {
  display: block;
  width: 100%;
  min-height: 2.875rem;
  padding: 0.5rem 0.75rem;
  font: inherit;
  color: var(--ink);
  background: var(--surface);
  border: 1px solid var(--edge);
  border-radius: 8px;
}
.field input.code { max-width: 15rem; font-variant-numeric: tabular-nums; font-size: 1.25rem; letter-spacing: 0.12em; }
.field.wrong { padding-left: 0.875rem; border-left: 3px solid var(--error); }
.field.wrong input { border-color: var(--error); }
.error { color: var(--error); font-weight: 600; font-size: 0.9375rem; }
.summary {
  margin: 0 0 1.25rem;
  padding: 0.875rem 1rem;
  background: var(--error-wash);
  border: 1px solid var(--error);
  border-radius: 10px;
}
.summary h2 { color: var(--error); }
.summary ul { margin: 0; padding: 0; list-style: none; }
.summary a { color: var(--error); }
.notice { padding: 0.75rem 1rem; background: var(--wash); border-radius: 10px; }
[hidden] { display: none !important; }
button, a.primary {
  display: block;
  width: 100%;
  min-height: 2.875rem;
  padding: 0.625rem 1.25rem;
  font: inherit;
  font-weight: 600;
  line-height: 1.5;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
  border: 1px solid transparent;
  border-radius: 8px;
}
.primary { background: var(--accent); color: var(--on-accent); }
.primary:hover { background: var(--accent-strong); color: var(--on-accent); }
.secondary { background: transparent; border-color: var(--edge); color: var(--accent-strong); }
.secondary:hover { background: var(--wash); }
a { color: var(--accent-strong); text-underline-offset: 0.18em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
button.link { min-height: 2.75rem; background: transparent; border: 0; color: var(--accent-strong); text-decoration: underline; text-underline-offset: 0.18em; font-weight: 500; }
button.link:hover { text-decoration-thickness: 2px; }
form:has(> button.link) { margin-top: 0.75rem; }
details { margin-top: 0.75rem; border: 1px solid var(--edge); border-radius: 8px; }
summary { padding: 0.6875rem 1.25rem; font-weight: 600; color: var(--accent-strong); cursor: pointer; border-radius: 8px; }
summary:hover { background: var(--wash); }
details > form { margin: 0.5rem 1.25rem 1.25rem; }
.pair form { margin: 0; }
.aside { margin: 1.25rem 0 0; text-align: center; }
.aside + .aside { margin-top: 0.5rem; }
.or { display: flex; align-items: center; gap: 0.875rem; margin: 1.25rem 0; color: var(--soft); font-size: 0.9375rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.stack { display: grid; gap: 0.75rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: 0.75rem; margin-bottom: 1.25rem; }
fieldset { min-width: 0; margin: 0 0 1.5rem; padding: 0; border: 0; }
legend { margin-bottom: 0.5rem; padding: 0; }
.choice {
  position: relative;
  display: grid;
  grid-template-columns: auto 1fr;
  column-gap: 0.75rem;
  align-items: center;
  padding: 0.875rem 1rem;
  margin-bottom: 0.625rem;
  border: 1px solid var(--edge);
  border-radius: 10px;
}
.choice:hover { background: var(--wash); }
.choice:has(input:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); background: var(--wash); }
.choice:has(input:focus-visible) { outline: 3px solid var(--focus); outline-offset: 2px; }
.choice input { width: 1.25rem; height: 1.25rem; margin: 0; accent-color: var(--accent); outline: 0; }
.choice label { margin: 0; cursor: pointer; }
.choice label::after { content: ""; position: absolute; inset: 0; }
.choice .hint { grid-column: 2; }
.scopes { margin: 0 0 1.5rem; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 10px; }
.scopes li { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; justify-content: space-between; padding: 0.75rem 1rem; }
.scopes li + li { border-top: 1px solid var(--line); }
.badge { padding: 0.0625rem 0.5rem; background: var(--wash); color: var(--accent-strong); border-radius: 6px; font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
.user-code { padding: 1rem; background: var(--wash); border-radius: 10px; text-align: center; font: 600 1.75rem/1.3 ui-monospace, "SF Mono", Menlo, Consolas, monospace; letter-spacing: 0.1em; }
@media (max-width: 30rem) {
  body { padding: 1.25rem 0.75rem 2rem; }
  .card { padding: 1.5rem 1.25rem; }
}
@media (forced-colors: active) {
  .choice:has(input:checked) { outline: 2px solid; }
}
`.trimStart();
