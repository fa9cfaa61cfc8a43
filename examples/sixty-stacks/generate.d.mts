/** The whole file: six areas of ten services. */
export function sixtyStacks(): string;
