/**
 * TypeScript, as ts-morph brings it, for whoever needs all of it: the front end.
 *
 * By `require`: an `import` of CommonJS has Node search its text for the names of its exports, which takes half as long
 * again as running it.
 */
import morph = require('ts-morph');

export import ts = morph.ts;
export import Project = morph.Project;
