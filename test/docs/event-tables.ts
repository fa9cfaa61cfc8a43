/** The events as Markdown tables: kinds with their states, and fields. */
import { eventJsonSchema } from '#shared/domain/events/event-json-schema.ts';
import { table } from './pages.ts';
import { fieldsIn, type Shape } from './schema-fields.ts';

interface Described extends Shape {
  readonly description?: string;
  readonly const?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
}
interface Kind {
  readonly title: string;
  readonly properties: { readonly detail: Described };
}

/** They belong to no promotion and have fields of their own. */
const ofRestrictions = 'Drawbridge Restriction State Change';
const kinds = (eventJsonSchema() as { oneOf: Kind[] }).oneOf;

export function eventTables(): Record<string, string> {
  const own = kinds.filter(({ title }) => title === ofRestrictions);
  const others = kinds.filter(({ title }) => title !== ofRestrictions);
  return { kinds: kindTable(), fields: fieldTable(others), 'restriction-fields': fieldTable(own) };
}

function kindTable(): string {
  const rows = kinds.map(({ title, properties: { detail } }) => {
    const { enum: several, const: one } = detail.properties?.['state'] ?? {};
    return [`\`${title}\``, (several ?? [one]).map((state) => `\`${state}\``).join(', ')];
  });
  return table(['`detail-type`', '`state`'], rows);
}

/** A field is in all kinds, or in those that are named. */
function fieldTable(some: readonly Kind[]): string {
  const rows = new Map<string, { always: boolean; kinds: string[]; meaning: string }>();
  for (const { title, properties } of some)
    for (const [path, always] of fieldsIn(properties.detail)) {
      const row = rows.get(path) ?? { always: true, kinds: [], meaning: meaningOf(properties.detail, path) };
      rows.set(path, { ...row, always: row.always && always === 'yes', kinds: [...row.kinds, title] });
    }
  return table(
    ['Field', 'Always', 'In', 'Meaning'],
    [...rows].map(([path, row]) => [`\`${path}\``, row.always ? 'yes' : 'no', placesOf(row.kinds, some), row.meaning]),
  );
}

function placesOf(titles: readonly string[], some: readonly Kind[]): string {
  return titles.length === some.length ? 'all' : titles.map((title) => title.replace('Drawbridge ', '')).join(', ');
}

function meaningOf(detail: Described, path: string): string {
  const leaf = path.split('.').reduce<Described | undefined>((shape, step) => {
    const member = shape?.properties?.[step.replace('[]', '')];
    return step.endsWith('[]') ? member?.items : member;
  }, detail);
  const parent = detail.properties?.[path.split(/[.[]/)[0] ?? ''];
  return leaf?.description ?? parent?.description ?? '';
}
