// Bytes as base64 and back.

export function encode(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function decode(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}
