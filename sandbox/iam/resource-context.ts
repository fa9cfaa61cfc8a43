import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import type { Json } from '../kernel.ts';

/**
 * The condition keys that IAM adds to requests about a role or user with these CloudFormation properties: iam:PermissionsBoundary (the
 * boundary given, or the one the entity has), and the tags (Service Authorization Reference, "Actions, resources, and condition keys
 * for AWS IAM"). A boundary that demands itself of every new role is decided by these keys.
 */
export function iamResourceContext(properties: Readonly<Record<string, Json>>): RequestContext {
  const boundary = properties['PermissionsBoundary'];
  const tags = tagsOf(properties['Tags']);
  return {
    ...(typeof boundary === 'string' ? { 'iam:PermissionsBoundary': boundary } : {}),
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    ...(tags.length > 0 ? { 'aws:TagKeys': tags.map(({ key }) => key) } : {}),
  };
}

function tagsOf(property: Json | undefined): { key: string; value: string }[] {
  if (!Array.isArray(property)) return [];
  return property.flatMap((tag) => {
    if (typeof tag !== 'object' || tag === null || Array.isArray(tag)) return [];
    return [{ key: String(tag['Key']), value: String(tag['Value']) }];
  });
}
