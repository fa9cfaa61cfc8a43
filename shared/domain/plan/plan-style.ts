/** How the page of a plan looks; dark where the reader's system is. Text and background keep a contrast of at least 4.5 to 1. */
export const planStyle = `:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2430; --quiet: #566072; --line: #d9dee6; --code: #eef1f5;
  --add: #1a7f37; --change: #0a5cad; --replace: #a33f00; --remove: #b3261e; --note: #7a4d00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --text: #e6eaf0; --quiet: #a3adbb; --line: #323b48; --code: #242c37;
    --add: #5fd17f; --change: #7ab8ff; --replace: #ffab70; --remove: #ff8f87; --note: #f2c265;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 66rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
h2 { margin: 0; font-size: 1.25rem; }
h3 { margin: 0; font-size: 1.05rem; }
h4 { margin: 1rem 0 .25rem; font-size: .85rem; color: var(--quiet); }
p { margin: .25rem 0; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85em; }
code { padding: .1em .3em; border-radius: 4px; background: var(--code); overflow-wrap: anywhere; }
pre { margin: .5rem 0 0; padding: .75rem; border-radius: 6px; background: var(--code); white-space: pre-wrap;
  overflow-wrap: anywhere; }
.release, .place, .type, .about, .headline, .nothing, .remark { color: var(--quiet); }
.place, .type { font-weight: 400; font-size: .85em; }
.release code { background: none; padding: 0; }
header .remark { padding: .5rem .75rem; border-left: 4px solid var(--remove); background: var(--card); color: var(--text); }
.summary { font-weight: 600; white-space: pre-wrap; }
.target { margin-top: 2rem; }
.stack { margin-top: 1rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
ul { margin: 0; padding: 0; list-style: none; }
li { padding: .4rem 0 .4rem .75rem; border-left: 3px solid var(--tone); }
li + li { margin-top: .25rem; }
.add { --tone: var(--add); } .change { --tone: var(--change); } .replace { --tone: var(--replace); }
.remove { --tone: var(--remove); } .note { --tone: var(--note); }
.sign { display: inline-block; min-width: 11.5rem; color: var(--tone); font-weight: 600; }
.sign span { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.depth-1 { margin-left: 1.5rem; } .depth-2 { margin-left: 3rem; } .depth-3 { margin-left: 4.5rem; }
.depth-4 { margin-left: 6rem; } .depth-5 { margin-left: 7.5rem; }
table { width: 100%; margin: .4rem 0 0; border-collapse: collapse; font-size: .9rem; table-layout: fixed; }
caption, .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: .25rem .5rem .25rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; font-weight: 400; }
thead th { border: 0; color: var(--quiet); font-size: .8rem; }
details summary { cursor: pointer; }
.value { display: inline; }
.value details { display: inline-block; max-width: 100%; vertical-align: top; }
.arrow { color: var(--quiet); }
summary:focus-visible { outline: 2px solid var(--change); outline-offset: 2px; }
@media (max-width: 40rem) {
  .sign { display: block; }
  .depth-1, .depth-2, .depth-3, .depth-4, .depth-5 { margin-left: .75rem; }
}
@media print { body { background: none; max-width: none; } .stack { break-inside: avoid-page; } }`;
