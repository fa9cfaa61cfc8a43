/**
 * The global condition keys (IAM User Guide, "AWS global condition context keys"), lower-cased. A key of the `aws:` prefix that is not
 * here is a typing error: under a negated operator it would silently always hold.
 */
const globalKeys = new Set(
  `assumedroot calledvia calledviafirst calledvialast currenttime ec2instancesourceprivateipv4 ec2instancesourcevpc epochtime
  federatedprovider multifactorauthage multifactorauthpresent principalaccount principalarn principalisawsservice principalorgid
  principalorgpaths principalservicename principalservicenameslist principaltype referer requestedregion resourceaccount
  resourceorgid resourceorgpaths securetransport sourceaccount sourcearn sourceidentity sourceip sourceorgid sourceorgpaths
  sourcevpc sourcevpcarn sourcevpce tagkeys tokenissuetime useragent userid username viaawsservice vpceaccount vpceorgid
  vpceorgpaths vpcsourceip`
    .split(/\s+/)
    .map((name) => `aws:${name}`),
);
const taggedKeys = ['aws:principaltag/', 'aws:requesttag/', 'aws:resourcetag/'];
const multivaluedKeys = new Set([
  'aws:calledvia',
  'aws:principalorgpaths',
  'aws:principalservicenameslist',
  'aws:tagkeys',
]);

/** Whether `key` can be a condition key: a known one of the `aws:` prefix, or `<service or provider>:<name>`. */
export function isConditionKey(key: string): boolean {
  const lower = key.toLowerCase();
  return lower.startsWith('aws:') ? isGlobalKey(lower) : /^[\w./-]+:\S/.test(key);
}

/** Whether `key` may stand in a policy variable: a known single-valued key of the `aws:` prefix. */
export function isVariableKey(key: string): boolean {
  const lower = key.toLowerCase();
  return isGlobalKey(lower) && !multivaluedKeys.has(lower);
}

function isGlobalKey(lower: string): boolean {
  return globalKeys.has(lower) || taggedKeys.some((prefix) => lower.startsWith(prefix) && lower.length > prefix.length);
}
