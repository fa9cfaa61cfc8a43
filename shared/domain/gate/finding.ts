/** What the template gate reports, and what it has to know beside the template. */
import type { WaivableCode } from '../policy/policy.ts';
import type { Position } from '../template/source.ts';
import type { JsonObject, Template, TemplatePath } from '../template/template.ts';

type Code = WaivableCode | 'GATE_STATIC_CREDENTIAL';

/** One template with where it comes from and the templates it nests. */
export interface GateSource {
  /** Long form. Its structure need not be valid: what the gate cannot read it reports. */
  readonly template: Template | JsonObject;
  readonly file?: string;
  /** See `positions` of the template's parser. */
  readonly positionOf?: (path: TemplatePath) => Position | undefined;
  /** By the logical id of the AWS::CloudFormation::Stack that creates it. */
  readonly nested?: Readonly<Record<string, GateSource>>;
}

/** What the platform team allows. */
export interface GateContext {
  /** Exact names of the transforms a template may declare. What they produce has to be gated again. AWS::Include is never allowed. */
  readonly transforms: readonly string[];
  /** The artifacts buckets by name, for templates in which the bucket is already filled in. */
  readonly artifactsBuckets?: readonly string[];
  /** The account the template is for, where it is for one only. Any other account in it is an outside account. */
  readonly account?: string;
  /** Findings with these codes are kept and marked, but do not stop anything. */
  readonly waive?: readonly WaivableCode[];
}

export interface GateFinding {
  readonly code: Code;
  /** `Parent/Child/LogicalId` in nested templates; absent where the template as a whole is meant. */
  readonly resource?: string;
  readonly file?: string;
  /** JSON pointer into the (nested) template. */
  readonly pointer: string;
  readonly line?: number;
  readonly column?: number;
  /** One sentence. Never shows a secret. */
  readonly what: string;
  /** The next step. */
  readonly next: string;
  readonly waived: boolean;
}

/** A finding before it is placed: what one rule has against one member of one template. */
export interface Objection {
  readonly code: Code;
  readonly path: TemplatePath;
  readonly what: string;
  readonly next: string;
}
