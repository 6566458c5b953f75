/** Pieces of generated code that several kernels share: straight code for a fixed number of words. */

/** Joins what is made for each number from 0 on. */
export function each(count: number, text: (index: number) => string, separator: string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(separator);
}

export function offset(base: string, words: number): string {
  return words === 0 ? base : `${base} + ${words}`;
}

/** Declares `prefix0`, `prefix1` ... as the words of an array from `base` on. */
export function read(prefix: string, words: number, array: string, base: string, first = 0): string {
  return `const ${each(words, (word) => `${prefix}${first + word} = ${array}[${offset(base, word)}] | 0`, ', ')};`;
}

/**
 * Declares `name` as the hash of the words `w<first>` ... Two words are mostly references, small numbers that a sum of
 * products would not tell apart well: they are mixed one after the other. For more words the products do not wait for each
 * other; each word is folded so that its high bits reach the whole product.
 */
export function hash(name: string, first: number, words: number): string {
  const word = (index: number): string => `w${first + index}`;
  const start =
    words === 2
      ? `let ${name} = Math.imul(${word(0)} ^ ${word(0)} >>> 16, 0x9e3779b1);
    ${name} = Math.imul((${name} ^ ${name} >>> 15) + ${word(1)}, 0x85ebca6b);`
      : `let ${name} = ${each(words, (index) => `Math.imul(${word(index)} ^ ${word(index)} >>> 16, ${multiplier(index)})`, ' + ')} | 0;`;
  return `${start}
    ${name} = Math.imul(${name} ^ ${name} >>> 15, 0x2c1b3c6d);
    ${name} = Math.imul(${name} ^ ${name} >>> 12, 0x297a2d39);
    ${name} ^= ${name} >>> 15;`;
}

/** Odd numbers from the digits of the golden ratio: one multiplier per word. */
function multiplier(word: number): number {
  return (Math.imul(0x9e37_79b1, 2 * word + 1) ^ (word << 8)) | 1;
}
