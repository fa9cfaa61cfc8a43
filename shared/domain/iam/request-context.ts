/** The condition keys of one request. A list is a multivalued key (aws:TagKeys), a string a single-valued one. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** The same, under lower-cased names. */
export type ContextIndex = ReadonlyMap<string, string | readonly string[]>;

/** Condition key names are not case-sensitive, tag keys in them included (IAM User Guide, "Condition: key names"). */
export function indexContext(context: RequestContext): ContextIndex {
  return new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
}
