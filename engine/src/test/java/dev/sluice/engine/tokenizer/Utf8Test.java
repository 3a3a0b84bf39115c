package dev.sluice.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Test {

  /** Bytes and the code points that CPython's {@code bytes.decode('utf-8', 'replace')} gives. */
  @ParameterizedTest
  @CsvSource({
    "41,000041",
    "e080,00fffd00fffd",
    "eda080,00fffd00fffd00fffd",
    "eda0,00fffd00fffd",
    "edbfbf41,00fffd00fffd00fffd000041",
    "f0808080,00fffd00fffd00fffd00fffd",
    "f08f,00fffd00fffd",
    "f09f98,00fffd",
    "f09f9841,00fffd000041",
    "f09f9880,01f600",
    "f4908080,00fffd00fffd00fffd00fffd",
    "f5808080,00fffd00fffd00fffd00fffd",
    "c0af,00fffd00fffd",
    "c280,000080",
    "c2,00fffd",
    "80,00fffd",
    "80bf,00fffd00fffd",
    "e1a0c0,00fffd00fffd",
    "e28228a1,00fffd00002800fffd",
    "fe,00fffd",
    "ffff,00fffd00fffd",
    "f1f1f1,00fffd00fffd00fffd",
    "f18080e18080,00fffd001000",
    "efbfbd,00fffd",
    "f48fbfbf,10ffff",
    "f49080,00fffd00fffd00fffd",
    "c2edf541f1c080a0,00fffd00fffd00fffd00004100fffd00fffd00fffd00fffd",
    "90edf4c0ef90c041,00fffd00fffd00fffd00fffd00fffd00fffd000041",
    "bff0c2a0efa08f9f,00fffd00fffd0000a000f80f00fffd",
    "f19f9f4141bfbfa0,00fffd00004100004100fffd00fffd00fffd",
    "a0e0e1bfbfa0bfef,00fffd00fffd001fff00fffd00fffd00fffd",
    "e041edf0a09fc28f,00fffd00004100fffd00fffd00008f",
    "e1e041e18fe0ede0,00fffd00fffd00004100fffd00fffd00fffd00fffd",
    "f4e1a0f4f4a080c2,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "41edef41f0edef41,00004100fffd00fffd00004100fffd00fffd00fffd000041",
    "f180a0bf90c0f1ed,04083f00fffd00fffd00fffd00fffd",
    "f5edf5c2f190ede0,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "80f08fbfe1f5ed9f,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "e1c28fe0e1e0a08f,00fffd00008f00fffd00fffd00080f",
    "9fe0f4a0808fef80,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "c0edc2f1f09f8080,00fffd00fffd00fffd00fffd01f000",
    "f4e1bf9f9ff090a0,00fffd001fdf00fffd00fffd",
    "f0ed9f80f0e09ff1,00fffd00d7c000fffd00fffd00fffd00fffd",
    "a0f5f1f4e1f4c2e0,00fffd00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "f4ef9f90efa0f4e1,00fffd00f7d000fffd00fffd00fffd",
    "a08ff4c2f5f5ed8f,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "ed80e0edc2f4c2e0,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "e1a041f4c2e1c2f1,00fffd00004100fffd00fffd00fffd00fffd00fffd",
    "e0f5ededc2edf0ed,00fffd00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "a0f1ede1f59ff5a0,00fffd00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "bfedf4e08ff0a0f5,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "f0e0c241bfa0f1a0,00fffd00fffd00fffd00004100fffd00fffd00fffd",
    "c0a080f4c0a0809f,00fffd00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "90e1a0f4bf80f0f1,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "edef8fbfc0ed41ed,00fffd00f3ff00fffd00fffd00004100fffd",
    "efc2f090ed80e090,00fffd00fffd00fffd00fffd00fffd00fffd",
    "e0f5e1e0ed9ff0f0,00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "edf19fa0eff4bf9f,00fffd00fffd00fffd00fffd00fffd00fffd",
    "8fed41ef90e19fe1,00fffd00fffd00004100fffd00fffd00fffd",
    "eff0f0c0f4e0f4ef,00fffd00fffd00fffd00fffd00fffd00fffd00fffd00fffd",
    "efa0c2e0f4c2f041,00fffd00fffd00fffd00fffd00fffd00fffd000041",
    "e1e0f4e09ff44190,00fffd00fffd00fffd00fffd00fffd00fffd00004100fffd",
    "f1c0e0809fef41f4,00fffd00fffd00fffd00fffd00fffd00fffd00004100fffd",
    "c2c0f480c0f4c29f,00fffd00fffd00fffd00fffd00fffd00009f",
    "e0e0f4f4f590419f,00fffd00fffd00fffd00fffd00fffd00fffd00004100fffd",
    "e0e0e1e0f541f1ed,00fffd00fffd00fffd00fffd00fffd00004100fffd00fffd"
  })
  void decode_malformedBytes_equalsTheReference(String bytes, String codePoints) {
    byte[] utf8 = HexFormat.of().parseHex(bytes);
    assertThat(hex(Utf8.decode(utf8, 0, utf8.length))).isEqualTo(codePoints);
  }

  @Test
  void forEachByte_everyCodePoint_isItsUtf8AndBack() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Character.getType(c) != Character.SURROGATE) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Utf8.forEachByte(c, bytes::write);
        String text = Character.toString(c);
        assertThat(bytes.toByteArray()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        assertThat(Utf8.decode(bytes.toByteArray(), 0, bytes.size())).isEqualTo(text);
      }
    }
  }

  private static String hex(String text) {
    return text.codePoints().mapToObj("%06x"::formatted).collect(Collectors.joining());
  }
}
