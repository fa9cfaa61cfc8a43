/** Why a machine is refused: the state (empty for the machine itself), the field and what is wrong. */
export interface DefinitionProblem {
  readonly state: string;
  readonly field: string;
  readonly message: string;
}

/** A problem with a field of the state that is looked at. */
export type At = (field: string, message: string) => DefinitionProblem;
