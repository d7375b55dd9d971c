// Plates: scans and camera originals, with the camera and lens facts their converters write.

#include <ImfChannelList.h>
#include <ImfChromaticities.h>
#include <ImfIntAttribute.h>
#include <ImfKeyCode.h>
#include <ImfRational.h>
#include <ImfStandardAttributes.h>

#include "farm.h"

namespace {

using Imf::Header;
using Headers = std::vector<Header>;

// Primaries of ACES (SMPTE ST 2065-1).
void AddAcesPrimaries(Header& header) {
  Imf::addChromaticities(header, Imf::Chromaticities(Imath::V2f(0.7347f, 0.2653f), Imath::V2f(0.0f, 1.0f),
                                                     Imath::V2f(0.0001f, -0.077f), Imath::V2f(0.32168f, 0.33767f)));
}

Header Plate(Frame& frame, const Imath::V2i& size, const std::string& make, const std::string& model) {
  Header header = FrameHeader(size, Imf::PIZ_COMPRESSION);
  AddLayer(header, "", "RGB");
  AddAcesPrimaries(header);
  AddText(header, "software", "plate-converter 4.1");
  AddText(header, "cameraMake", make);
  AddText(header, "cameraModel", model);
  AddText(header, "owner", "nightfall");
  AddDate(header, frame);
  return header;
}

void AddLens(Header& header, Frame& frame, const std::string& make, const std::string& model, float focal_length) {
  AddText(header, "lensMake", make);
  AddText(header, "lensModel", model);
  AddNumber(header, "nominalFocalLength", focal_length);
  Imf::addAperture(header, 2.8f);
  // A focus pull: volatile by nature.
  Imf::addFocus(header, 1.5f + frame.random.Unit());
}

Headers AlexaPlate(Frame& frame) {
  Header header = Plate(frame, frame.Size(), "ARRI", "ALEXA Mini LF");
  AddLens(header, frame, "ARRI", "Signature Prime 35", 35);
  Imf::addIsoSpeed(header, 800);
  Imf::addExpTime(header, 1.0f / 48);
  AddText(header, "cameraSerialNumber", "K1.0041234");
  AddText(header, "reelName", "A012C003_240311_R1AB");
  AddNumber(header, "shutterAngle", 180);
  AddTimeCode(header, frame, Imf::Rational(24, 1), 10);
  return {header};
}

// The same camera and format, shot for reference: other lens facts, no reel.
Headers AlexaWitness(Frame& frame) {
  Header header = Plate(frame, frame.Size(), "ARRI", "ALEXA Mini LF");
  Imf::addIsoSpeed(header, 1600);
  AddText(header, "cameraSerialNumber", "K1.0041299");
  AddText(header, "cameraPosition", "witness left");
  AddNumber(header, "gimbal/pan", frame.random.Unit());
  AddNumber(header, "gimbal/tilt", frame.random.Unit());
  AddTimeCode(header, frame, Imf::Rational(24, 1), 10);
  return {header};
}

Headers VenicePlate(Frame& frame) {
  Header header = Plate(frame, frame.Size(), "Sony", "VENICE 2");
  AddLens(header, frame, "Cooke", "S8/i 50", 50);
  Imf::addIsoSpeed(header, 3200);
  AddText(header, "clipName", "B004C011_240312QZ");
  AddNumber(header, "neutralDensity", 0.6f);
  Imf::addWhiteLuminance(header, 100);
  AddTimeCode(header, frame, Imf::Rational(24000, 1001), 14);
  return {header};
}

Headers AnamorphicPlate(Frame& frame) {
  Header header = Plate(frame, frame.Size(14, 18), "ARRI", "ALEXA 35");
  header.pixelAspectRatio() = 2.0f;
  AddLens(header, frame, "Panavision", "C Series 40", 40);
  AddText(header, "reelName", "A031C010_240401_R2XY");
  AddNumber(header, "lensSqueeze", 2);
  Imf::addIsoSpeed(header, 800);
  AddTimeCode(header, frame, Imf::Rational(24, 1), 11);
  return {header};
}

Headers FilmScan(Frame& frame) {
  Header header = FrameHeader(frame.Size(13, 19), Imf::NO_COMPRESSION);
  AddLayer(header, "", "RGB");
  AddText(header, "software", "scanner 9.0");
  AddText(header, "filmStock", "5219");
  Imf::addKeyCode(header, Imf::KeyCode(2, 19, 123456, 1000 + frame.number, frame.number % 4, 4, 64));
  Imf::addXDensity(header, 2048);
  AddTimeCode(header, frame, Imf::Rational(24, 1), 1);
  AddDate(header, frame);
  return {header};
}

}  // namespace

void AddPlateFamilies(std::vector<Family>& families) {
  families.push_back({"nightfall/sh010/plates/main_plate_v001/main_plate", AlexaPlate});
  families.push_back({"nightfall/sh010/plates/witness_v001/witness", AlexaWitness});
  families.push_back({"nightfall/sh020/plates/main_plate_v001/main_plate", VenicePlate});
  families.push_back({"orchard/sh110/plates/anamorphic_v001/anamorphic", AnamorphicPlate});
  families.push_back({"orchard/sh120/plates/filmscan_v001/filmscan", FilmScan});
}
