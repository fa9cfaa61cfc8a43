import type { Tag } from '@aws-sdk/client-iam';

type Context = Record<string, string | readonly string[]>;

/** What a request that sets tags tells policies (IAM User Guide, "AWS global condition context keys"). */
export function requestTags(tags: readonly Tag[] | undefined): Context {
  if (tags === undefined) return {};
  const keys = tags.map(({ Key }) => String(Key));
  return {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, String(Value)])),
    'aws:TagKeys': keys,
  };
}

/** Tags of what a request is about. IAM knows them under two names. */
export function resourceTags(record: { readonly tags: Readonly<Record<string, string>> } | undefined): Context {
  return Object.fromEntries(
    Object.entries(record?.tags ?? {}).flatMap(([key, value]) =>
      ['aws', 'iam'].map((prefix) => [`${prefix}:ResourceTag/${key}`, value]),
    ),
  );
}

export function tagRecord(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [String(Key), String(Value)]));
}
