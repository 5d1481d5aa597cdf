/** Stands for the types of a browser where there is none: preact asks for them, and they are not those of Bun. */
export {};
