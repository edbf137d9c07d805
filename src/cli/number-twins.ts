/** Numbers the names that come more than once: of `a`, `b` and `a` it makes `a 1`, `b` and `a 2`. */
export function numberTwins(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const twins = names.filter((other) => other === name).length;
    const earlier = names.slice(0, index).filter((other) => other === name).length;
    return twins === 1 ? name : `${name} ${earlier + 1}`;
  });
}
