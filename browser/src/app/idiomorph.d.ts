declare module "idiomorph/dist/idiomorph.esm.js" {
  export const Idiomorph: {
    morph(present: Element, fresh: Element | string, options?: object): Node[];
  };
}
