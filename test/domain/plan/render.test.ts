/** What a plan looks like in each form. `npx vitest run test/domain/plan -u` writes the golden files anew. */
import { describe, expect, it } from 'vitest';
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import { aftermath, headline, signOf } from '#shared/domain/plan/plan-words.ts';
import { renderHtml } from '#shared/domain/plan/render-html.ts';
import { longestComment, renderMarkdown } from '#shared/domain/plan/render-markdown.ts';
import { renderText, shortLines } from '#shared/domain/plan/render-text.ts';
import { type PlannedChange, type StackPlan, untouched } from '#shared/domain/plan/stack-plan.ts';
import { aChange } from '#test/builders.ts';
import { richPlan } from './rich-plan.ts';

const remarks = ['Denied by change gate no-replacements: api/Orders is replaced.'];
const api = untouched({ stack: 'api', stackName: 'orders-api' });
const planOf = (...stacks: Partial<StackPlan>[]): RolloutPlan => ({
  ...richPlan,
  targets: [
    {
      schemaVersion: 2,
      target: 'production',
      account: '333333333333',
      region: 'eu-west-1',
      stacks: stacks.map((stack) => ({ ...api, kind: 'changes', ...stack })),
    },
  ],
});

describe('drift in a plan', () => {
  const jobs = { logicalId: 'Jobs', type: 'AWS::SQS::Queue', status: 'MODIFIED', paths: ['/A', '/B'] } as const;
  const gone = { within: 'Nested', logicalId: 'Topic', type: 'AWS::SNS::Topic', status: 'DELETED', paths: [] } as const;
  const drifted = planOf({
    drift: {
      resources: [
        { ...jobs, paths: [...jobs.paths] },
        { ...gone, paths: [] },
      ],
    },
  });

  it.each<[string, (plan: RolloutPlan) => string, string[]]>([
    [
      'text',
      renderText,
      [
        '[!] drifted           AWS::SQS::Queue  Jobs  /A, /B',
        '[!] drifted           AWS::SNS::Topic  Nested/Topic  was deleted',
      ],
    ],
    [
      'a report',
      (plan) => shortLines(plan).join('\n'),
      ['[!] drifted Jobs /A, /B', '[!] drifted Nested/Topic was deleted'],
    ],
    ['Markdown', renderMarkdown, ['**[!] drifted** `AWS::SQS::Queue` `Jobs` /A, /B', '`Nested/Topic` was deleted']],
    ['HTML', renderHtml, ['<h4>drift</h4>', '<strong>Jobs</strong> <span class="type">AWS::SQS::Queue</span>']],
  ])('as %s names resource and properties', (_, render, lines) => {
    for (const line of lines) expect(render(drifted)).toContain(line);
  });

  it('says so where CloudFormation names nothing', () => {
    expect(renderText(planOf({ drift: { resources: [] } }))).toContain(
      '[!] drifted           the stack; CloudFormation does not say in what',
    );
  });
});

describe('a rich plan', () => {
  it.each([
    ['as text', 'rich.txt', () => `${renderText(richPlan, remarks)}\n`],
    ['in a report', 'rich-short.txt', () => `${shortLines(richPlan).join('\n')}\n`],
    ['as Markdown', 'rich.md', () => `${renderMarkdown(richPlan, remarks)}\n`],
    ['as a page', 'rich.html', () => renderHtml(richPlan, remarks)],
  ])('%s', async (_name, file, render) => {
    await expect(render()).toMatchFileSnapshot(`golden/${file}`);
  });

  it.each([
    ['text', renderText],
    ['Markdown', renderMarkdown],
    ['HTML', renderHtml],
  ])('says without remarks only what the plan says, as %s', (_form, render) => {
    expect(render(richPlan)).not.toContain('Denied');
    expect(render(richPlan)).toContain('orders-2');
  });
});

describe('the words of a plan', () => {
  it.each<[PlannedChange['action'], PlannedChange['replacement'], string]>([
    ['Add', undefined, '[+] added'],
    ['Modify', undefined, '[~] changed'],
    ['Modify', 'False', '[~] changed'],
    ['Modify', 'True', '[±] replaced'],
    ['Modify', 'Conditional', '[±] may be replaced'],
    ['Remove', undefined, '[-] removed'],
    ['Import', undefined, '[i] imported'],
    ['Dynamic', undefined, '[?] not decided yet'],
    ['SyncWithActual', undefined, '[~] taken as it is'],
  ])('%s %s', (action, replacement, expected) => {
    const { symbol, word } = signOf({ action, replacement });
    expect(`${symbol} ${word}`).toBe(expected);
  });

  it.each([
    [undefined, ''],
    ['ReplaceAndSnapshot', 'a snapshot of the old one is kept'],
    ['SomethingNew', 'SomethingNew'],
  ])('after %s', (policyAction, expected) => {
    expect(aftermath({ policyAction })).toBe(expected);
  });

  it.each<[Partial<StackPlan>, string]>([
    [{ kind: 'unchanged' }, 'no changes'],
    [{ operation: 'create' }, 'is created'],
    [{ operation: 'update' }, 'is updated'],
    [{ kind: 'settings' }, 'only its settings change'],
    [{ kind: 'unplanned', after: ['network'] }, 'is planned once network is done'],
    [{ kind: 'unplanned', after: ['a', 'b'] }, 'is planned once a and b are done'],
    [{ kind: 'unplanned' }, 'is planned once others are done'],
    [{ kind: 'recover' }, 'is brought back first'],
    [
      { kind: 'recover', recovery: { status: 'ROLLBACK_COMPLETE', action: 'delete', skip: [], approved: true } },
      'is in ROLLBACK_COMPLETE and is deleted and made anew',
    ],
  ])('%o', (stack, expected) => {
    expect(headline({ ...api, kind: 'changes', ...stack })).toBe(expected);
  });

  it('count what has no column of its own', () => {
    const changes = [aChange({ action: 'Dynamic' }), aChange({ action: 'Import' }), aChange({ action: 'Import' })];
    const permissions = [{ effect: 'narrowed' as const, resource: 'R', type: 'T', text: 'allows x' }];
    expect(shortLines(planOf({ changes, permissions }))[0]).toBe(
      'plan production 333333333333/eu-west-1  [+] 0 added  [~] 0 changed  [±] 0 replaced  [-] 0 removed; 2 resources imported; 1 resource not decided yet; 1 permission narrowed',
    );
  });

  it('name a stack once where it is called the same', () => {
    expect(renderText(planOf({ stackName: 'api', operation: 'update' }))).toContain('\n  api is updated');
  });
});

describe('values', () => {
  const changed = (...details: Partial<PlannedChange['details'][number]>[]) =>
    planOf({
      changes: [
        aChange({ action: 'Modify', details: details.map((detail) => ({ attribute: 'Properties', ...detail })) }),
      ],
    });
  it.each<[string, RolloutPlan, string]>([
    ['before and after', changed({ name: 'Name', before: 'a', after: 'b' }), '      Name  a → b'],
    ['that come', changed({ name: 'Name', after: 'b' }), '      Name  nothing → b'],
    ['that go', changed({ name: 'Name', before: 'a' }), '      Name  a → nothing'],
    [
      'that are not known yet',
      changed({ name: 'Name', before: 'a', evaluation: 'Dynamic' }),
      '      Name  a → known while it runs',
    ],
    ['that are not shown', changed({ path: '/Properties/Name/0' }), '      Name/0'],
    ['without a name', changed({ attribute: 'Metadata' }), '      Metadata'],
    ['that replace', changed({ name: 'Name', requiresRecreation: 'Always' }), '      Name  (replaces)'],
    [
      'that may replace',
      changed({ name: 'N', requiresRecreation: 'Conditionally', before: 'a', after: 'b' }),
      '      N  a → b  (may replace)',
    ],
    [
      'with two reasons',
      changed({ name: 'N', before: 'a', after: 'b' }, { name: 'N', evaluation: 'Dynamic' }),
      '      N  a → b',
    ],
    [
      'that are too long',
      changed({ name: 'N', before: 'a', after: 'é'.repeat(61) }),
      `      N  a → ${'é'.repeat(59)}…`,
    ],
  ])('%s', (_name, plan, expected) => {
    expect(
      renderText(plan)
        .split('\n')
        .map((line) => line.replace(/^ {6}/, '')),
    ).toContain(expected);
  });

  it('of tags that go are shown alone', () => {
    const plan = planOf({ tags: [{ name: 'team', before: 'commerce' }] });
    expect(renderText(plan)).toContain('[-] removed           team  commerce');
    expect(renderMarkdown(plan)).toContain('- **[-] removed** `team` `commerce`');
    expect(renderHtml(plan)).toContain('<strong>team</strong> <div class="value"><code>commerce</code></div>');
  });
});

describe('hostile values', () => {
  const hostile =
    "</code></td><script>alert(1)</script>\" onload='x' & `` ` @everyone #1 [x](http://evil) \u001b[31m\u202e\r\nfake line \ud800";
  const plan = planOf({
    stackName: 'orders-api',
    operation: 'update',
    changes: [
      aChange({
        action: 'Modify',
        logicalId: hostile,
        type: hostile,
        within: hostile,
        policyAction: hostile,
        details: [{ attribute: 'Properties', name: hostile, before: hostile, after: hostile.repeat(3) }],
      }),
    ],
    parameters: [{ name: hostile, before: hostile, after: '`', fromOutput: hostile }],
    tags: [{ name: hostile, after: hostile }],
    outputs: [{ name: hostile, after: '' }],
    permissions: [{ effect: 'broadened', resource: hostile, type: hostile, text: hostile }],
    settings: [{ name: hostile, after: ' padded ' }],
    notes: [hostile],
  });
  const acted = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

  it('cannot make a line of their own or act on a terminal', () => {
    const text = renderText(plan, [hostile]);
    const lines = text.split('\n');
    expect(lines.filter((line) => acted.test(line) || line.startsWith('fake'))).toEqual([]);
    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain('\\u{1b}[31m\\u{202e}\\r\\nfake line');
  });

  it('are text and nothing else in a page', () => {
    const page = renderHtml(plan, [hostile]);
    const body = page.slice(page.indexOf('<body>'));
    expect(body).not.toMatch(
      /<script|onload='|<(?!\/?(?:body|html|header|main|section|article|h[1-4]|p|div|ul|li|span|strong|code|pre|table|caption|thead|tbody|tr|th|td|details|summary)\b)/,
    );
    // Every tag is one of ours, with attributes of ours: none of them can be left by a value.
    const tags = body.match(/<[^>]*>/g) ?? [];
    expect(
      tags.filter(
        (tag) => !/^<\/?[a-z0-9]+(?: (?:class|id|aria-labelledby|aria-hidden|scope|colspan)="[\w -]*")*>$/.test(tag),
      ),
    ).toEqual([]);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(/);
  });

  it('stay in their code spans in Markdown, and mention nobody', () => {
    const markdown = renderMarkdown(plan, [hostile]);
    expect(markdown.split('\n').filter((line) => /^(?:fake|<)/.test(line.trim()))).toEqual([]);
    // A code span ends with a run of backticks of its own length (CommonMark); what is left is prose.
    const prose = markdown.replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
    expect(prose).not.toMatch(/(?<!\\)[<`]|@(?!\u200b)|(?<!\\)\[x|:\/\/(?!\u200b)/);
  });

  it('end with the tags they began with', () => {
    const page = renderHtml(plan);
    for (const tag of ['section', 'article', 'ul', 'li', 'div', 'table', 'details', 'code', 'span'])
      expect([tag, page.split(`<${tag}`).length]).toEqual([tag, page.split(`</${tag}>`).length]);
  });
});

describe('a comment', () => {
  const long = (count: number) =>
    planOf({ changes: Array.from({ length: count }, (_, index) => aChange({ logicalId: `Queue${index}` })) });

  it('is cut at the end of a line, and says so', () => {
    const markdown = renderMarkdown(long(3000));
    expect(markdown.length).toBeLessThanOrEqual(longestComment);
    expect(markdown.length).toBeGreaterThan(longestComment - 200);
    const lines = markdown.split('\n');
    expect(lines.at(-1)).toBe(
      '**Cut here: the plan is longer than the 65536 characters of a comment.** The whole of it: `drawbridge plan`.',
    );
    expect(lines.at(-3)).toMatch(/^- \*\*\[\+\] added\*\* `AWS::SQS::Queue` `Queue\d+`$/);
  });

  it('is whole where it fits', () => {
    expect(renderMarkdown(long(100))).not.toContain('Cut here');
  });
});
