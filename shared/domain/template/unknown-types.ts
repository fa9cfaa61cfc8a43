/** Resource types that nobody has. */
import { closest } from '../config/did-you-mean.ts';
import { isTransformed } from './missing-names.ts';
import type { Template, TemplatePath } from './template.ts';

/** What AWS's resource specification says; asked only about types that begin like those of AWS. */
export interface KnownTypes {
  has(type: string): boolean;
  all(): readonly string[];
}

interface UnknownType {
  readonly type: string;
  readonly path: TemplatePath;
  readonly suggestion: string | undefined;
}

/** `Custom::Name`: 60 characters (Template reference, AWS::CloudFormation::CustomResource). */
const custom = /^Custom::[A-Za-z0-9_@-]{1,60}$/;
/** `Organization::Service::Resource`, also a module; what is registered in an account cannot be seen from here (Registry, "Naming"). */
const registered = /^(?!AWS::|Alexa::)[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}(::MODULE)?$/;
const ownModule = /^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+::MODULE$/;

/** A transform may take types of its own; those of AWS it could only misspell. */
export function unknownTypes(template: Template, known: KnownTypes): UnknownType[] {
  const transformed = isTransformed(template);
  return Object.entries(template.Resources).flatMap(([id, { Type: type }]) => {
    const elsewhere = [custom, registered, ownModule].some((form) => form.test(type));
    if (elsewhere || (transformed && !type.startsWith('AWS::')) || known.has(type)) return [];
    return [{ type, path: ['Resources', id, 'Type'], suggestion: closest(type, known.all()) }];
  });
}
