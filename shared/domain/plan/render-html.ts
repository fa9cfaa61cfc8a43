/** A plan as one page of HTML: no script, nothing fetched, readable without colours and with a screen reader. */
import type { RolloutPlan } from './decision.ts';
import { planStyle } from './plan-style.ts';
import { type Line, planView, type Section, type StackView, type TargetView, type Value } from './plan-view.ts';
import { printable, shownSides } from './printable.ts';

const longestValue = 80;

/** The whole page. Everything that comes from the plan is escaped; longer values are folded. */
export function renderHtml(plan: RolloutPlan, remarks: readonly string[] = []): string {
  const view = planView(plan, remarks);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${shown(view.title)}</title>
<style>
${planStyle}
</style>
</head>
<body>
<header>
<h1>${shown(view.title)}</h1>
<p class="release">release ${code(view.release)}</p>
${view.remarks.map((remark) => `<p class="remark">${shown(remark)}</p>\n`).join('')}<p class="summary">${shown(view.summary)}</p>
</header>
<main>
${view.targets.map(targetHtml).join('\n')}
</main>
</body>
</html>
`;
}

function targetHtml({ name, place, summary, stacks }: TargetView, index: number): string {
  const id = `target-${index + 1}`;
  return `<section class="target" aria-labelledby="${id}">
<h2 id="${id}">${shown(name)} <span class="place">${shown(place)}</span></h2>
<p class="summary">${shown(summary)}</p>
${stacks.map((stack, at) => stackHtml(stack, `${id}-stack-${at + 1}`)).join('\n')}
</section>`;
}

function stackHtml({ stack, stackName, headline, sections }: StackView, id: string): string {
  const heading = `<h3 id="${id}">${shown(stack)} <span class="place">${shown(stackName)}</span></h3>`;
  return `<article class="stack" aria-labelledby="${id}">
${heading}
<p class="headline">${shown(headline)}</p>
${sections.map(sectionHtml).join('\n')}
</article>`;
}

/** Nested stacks are indented by their path; as many classes as anybody nests stacks. */
function sectionHtml({ title, depth, kind, lines }: Section): string {
  const body = kind === 'notes' ? lines.map(noteHtml) : lines.map((line) => lineHtml(line, kind));
  return `<section class="depth-${Math.min(depth, 5)}">
<h4>${shown(title)}</h4>
<ul>
${body.join('\n')}
</ul>
</section>`;
}

function noteHtml({ sign, subject }: Line): string {
  return `<li class="${sign.tone}">${signHtml(sign)} ${shown(subject)}</li>`;
}

function lineHtml({ sign, type, subject, about, values }: Line, kind: Section['kind']): string {
  const name = `<strong>${shown(subject)}</strong>`;
  const words =
    about === '' ? '' : ` <span class="about">${kind === 'permissions' ? code(about) : shown(about)}</span>`;
  const ofType = type === undefined ? '' : ` <span class="type">${shown(type)}</span>`;
  return `<li class="${sign.tone}">${signHtml(sign)} ${name}${ofType}${words}${valuesHtml(values, subject)}</li>`;
}

/** The symbol is decoration: its word says the same. */
function signHtml({ symbol, word }: Line['sign']): string {
  return `<span class="sign"><span aria-hidden="true">${shown(symbol)}</span> ${shown(word)}</span>`;
}

/** A line's own value stands beside it, those of a resource's members in a table. */
function valuesHtml(values: readonly Value[], subject: string): string {
  const own = values.filter(({ name }) => name === '').map(ownHtml);
  const rows = values.filter(({ name }) => name !== '').map(rowHtml);
  if (rows.length === 0) return own.join('');
  return `${own.join('')}
<table><caption>${shown(`What changes in ${subject}`)}</caption>
<thead><tr><th scope="col">member</th><th scope="col">before</th><th scope="col">after</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`;
}

/** Where the sign says that the whole is new or gone, its one value is enough. */
function ownHtml({ before, after, absent, remark }: Value): string {
  const arrow = ' <span class="arrow"><span aria-hidden="true">→</span><span class="unseen">becomes</span></span> ';
  const [old, wanted] = sidesHtml({ before, after, absent });
  const sides = [before === undefined ? [] : old, after === undefined ? [] : wanted].flat();
  return ` <div class="value">${sides.join(arrow)}</div>${remarkHtml(remark)}`;
}

function rowHtml({ name, before, after, absent, remark }: Value): string {
  const member = `<th scope="row">${shown(name)}</th>`;
  if (before === undefined && after === undefined)
    return `<tr>${member}<td colspan="2">${remarkHtml(remark)}</td></tr>`;
  const [old, wanted] = sidesHtml({ before, after, absent });
  return `<tr>${member}<td>${old}</td><td>${wanted}${remarkHtml(remark)}</td></tr>`;
}

function remarkHtml(remark: string): string {
  return remark === '' ? '' : ` <span class="remark">${shown(remark)}</span>`;
}

/** Folded values show where they begin to differ; unfolded they are whole. */
function sidesHtml({
  before,
  after,
  absent,
}: {
  before?: string | undefined;
  after?: string | undefined;
  absent: string;
}) {
  const folded = shownSides({ before, after }, longestValue);
  const sideHtml = (value: string | undefined, short: string | undefined): string => {
    if (value === undefined || short === undefined) return `<span class="nothing">${absent}</span>`;
    const text = printable(value);
    if (text === short) return code(value);
    return `<details><summary>${code(short)}</summary><pre>${escaped(text)}</pre></details>`;
  };
  return [sideHtml(before, folded.before), sideHtml(after, folded.after)] as const;
}

const code = (text: string): string => `<code>${shown(text)}</code>`;

const shown = (text: string): string => escaped(printable(text));

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `${entities[character]}`);
}
