/**
 * Whether a stack already is what a release wants, decided from what CloudFormation says of it now and never from memory.
 * An equal stack needs no change set, so promoting again writes nothing.
 */

/** What the release wants of one stack in one target. */
export interface DesiredStack {
  readonly stack: string;
  readonly stackName: string;
  readonly templateUrl: string;
  /** Its key in the artifacts bucket. */
  readonly templateKey: string;
  /** `sha256:…` of the template's bytes. */
  readonly templateDigest: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters whose live value CloudFormation does not show or resolves itself: NoEcho and SSM types. */
  readonly opaqueParameters: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn: string;
  /** Stacks of the release that come before this one. */
  readonly dependsOn: readonly string[];
  /** `<stack>.<output>` by the parameter that takes it. */
  readonly fromOutput: Readonly<Record<string, string>>;
  /** Those of them that are not known yet: the stack cannot be planned. */
  readonly missingOutputs: readonly string[];
  readonly terminationProtection: boolean;
  /** Canonical JSON; nothing where the release says nothing about it. */
  readonly stackPolicy?: string | undefined;
  readonly onCreateFailure: 'delete' | 'rollback' | 'keep';
  /** ARNs of the alarms that roll an operation back, and how long they are watched after it. */
  readonly rollback: { readonly alarms: readonly string[]; readonly monitorMinutes: number };
}

/** What CloudFormation says of the stack now. */
export interface LiveStack {
  readonly stackId: string;
  /** Name of the change set that was executed last; nothing where the last operation came without one. */
  readonly changeSet?: string | undefined;
  readonly status: string;
  readonly templateDigest: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn?: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  /** Names of the outputs by the names they are exported under. */
  readonly exports?: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
  /** As CloudFormation keeps it; nothing where the stack has none, or where nobody asked. */
  readonly stackPolicy?: string | undefined;
  /** When CloudFormation last made or changed it; nothing where it never was. */
  readonly updatedAt?: string;
  /** What its last drift detection said, whoever asked for it; nothing where nobody did. */
  readonly drift?: { readonly status: string; readonly checkedAt: string };
  /** Nothing where nobody asked. */
  readonly rollback?: DesiredStack['rollback'] | undefined;
}

/** What a stack or change set is made from, besides its template. */
export type Inputs = Pick<LiveStack, 'parameters' | 'tags'>;

/** Names what differs, in words for a person; empty when nothing does and a change set would be idle. */
export function differences(desired: DesiredStack, live: LiveStack): string[] {
  const { opaqueParameters } = desired;
  const hidden = opaqueParameters.length > 0 ? [`parameter ${opaqueParameters.join(', ')} cannot be compared`] : [];
  return [...visibleDifferences(desired, live), ...hidden];
}

/** As `differences`, of what CloudFormation shows: a value that it does not show is taken to be equal. */
export function visibleDifferences(desired: DesiredStack, live: LiveStack): string[] {
  return [
    ...(live.templateDigest === desired.templateDigest ? [] : ['template']),
    ...inputDifferences(desired, live),
    ...(sameSet(desired.capabilities, live.capabilities) ? [] : ['capabilities']),
    ...(live.roleArn === desired.roleArn ? [] : ['execution role']),
  ];
}

/** The parameters and tags, of a stack or of a change set, that are not what the release wants. */
export function inputDifferences(desired: DesiredStack, inputs: Inputs): string[] {
  return [
    ...recordDifferences('parameter', desired.parameters, inputs.parameters).filter((name) => !isOpaque(desired, name)),
    ...recordDifferences('tag', desired.tags, inputs.tags),
  ];
}

function isOpaque(desired: DesiredStack, difference: string): boolean {
  return desired.opaqueParameters.some((name) => difference === `parameter ${name}`);
}

function recordDifferences(
  word: string,
  wanted: Readonly<Record<string, string>>,
  live: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(live)])].sort();
  return names.filter((name) => wanted[name] !== live[name]).map((name) => `${word} ${name}`);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  const right = new Set(b);
  return left.size === right.size && [...left].every((value) => right.has(value));
}
