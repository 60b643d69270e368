(** The families of devices, each with its gamma, gain and l in closed form (docs/theory.md#devices).

    s = w_max / tau throughout, and a family's device is [update] of its two responses unless it is more than that. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Device Response LogRatio.
Local Open Scope R_scope.

Lemma ratio_within tau s w : 0 < tau -> Rabs w <= s * tau -> - s <= w / tau <= s.
Proof. intros T W. apply within, saturation_ratio; assumption. Qed.

(** The linear device: gamma = s, gain 1. *)
(* Claim: response.linear *)
Theorem linear_family tau s w :
  0 < tau -> 0 <= s -> Rabs w <= s * tau ->
  (1 - s <= up tau w <= 1 + s /\ 1 - s <= down tau w <= 1 + s) /\
  gamma_of (1 - s) (1 + s) = s /\ gain_of (1 - s) (1 + s) = 1.
Proof.
  intros T S W. apply ratio_within in W; [|exact T]. unfold up, down, gamma_of, gain_of.
  repeat split; try lra; field; lra.
Qed.

(** An element with its own saturation and symmetric point: the linear device about c. *)
Definition shifted_point (tau c w D : R) : R := c + ald tau (w - c) D.

Lemma own_point_within tau c reach rho w :
  0 < tau -> Rabs w <= reach -> (reach + Rabs c) / tau <= rho -> Rabs (w - c) <= rho * tau.
Proof.
  intros T W Q. apply Rle_trans with (reach + Rabs c).
  - pose proof (Rabs_triang w (- c)) as A. rewrite Rabs_Ropp in A. unfold Rminus. lra.
  - apply Rmult_le_compat_r with (r := tau) in Q; [|lra]. unfold Rdiv in Q. rewrite Rmult_assoc, Rinv_l in Q; lra.
Qed.

(* Claim: response.own_parameters *)
Theorem own_point_family tau c reach rho w :
  0 < tau -> 0 <= rho -> Rabs w <= reach -> (reach + Rabs c) / tau <= rho ->
  (1 - rho <= up tau (w - c) <= 1 + rho /\ 1 - rho <= down tau (w - c) <= 1 + rho) /\
  gamma_of (1 - rho) (1 + rho) = rho /\ gain_of (1 - rho) (1 + rho) = 1.
Proof. intros T P W Q. apply linear_family; [exact T | exact P | now apply (own_point_within tau c reach)]. Qed.

Theorem own_point_responds tau c reach rho w D :
  0 < tau -> Rabs w <= reach -> (reach + Rabs c) / tau <= rho -> responds (shifted_point tau c) 1 rho w D.
Proof.
  intros T W Q. unfold responds, shifted_point.
  pose proof (ald_distortion tau rho (w - c) D T (own_point_within tau c reach rho w T W Q)) as A.
  replace (c + ald tau (w - c) D - (w + 1 * D)) with (ald tau (w - c) D - (w - c + D)) by ring. now rewrite Rmult_1_l.
Qed.

(** Power: (1 - w/tau)^e and (1 + w/tau)^e; each may have its own exponent. *)
Definition power_up (tau e w : R) : R := Rpower (1 - w / tau) e.
Definition power_down (tau e w : R) : R := Rpower (1 + w / tau) e.

Lemma power_ratio a b e : 0 < a -> 0 < b -> log_ratio (Rpower a e) (Rpower b e) = e * log_ratio a b.
Proof.
  intros A B. unfold log_ratio, Rpower.
  replace (exp (e * ln b) / exp (e * ln a)) with (exp (e * ln b + - (e * ln a))).
  - rewrite ln_exp. unfold Rdiv. rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; assumption). field.
  - rewrite exp_plus, exp_Ropp. reflexivity.
Qed.

(** gamma = tanh (e artanh s); at one weight, with X = w/tau for s, gamma_loc. *)
Theorem power_family s e : -1 < s < 1 ->
  gamma_of (Rpower (1 - s) e) (Rpower (1 + s) e) = tanh (e * artanh s).
Proof.
  intros S. rewrite gamma_is_tanh by apply exp_pos. unfold artanh. now rewrite power_ratio by lra.
Qed.

(** Powers by their order, in base and in exponent: (1 - s)^m <= (1 - s)^e <= (1 + X)^e <= (1 + s)^e <= (1 + s)^m. *)
Lemma power_chain s e m X : 0 <= s < 1 -> 0 <= e <= m -> - s <= X <= s ->
  (Rpower (1 - s) m <= Rpower (1 - s) e /\ Rpower (1 - s) e <= Rpower (1 + X) e) /\
  (Rpower (1 + X) e <= Rpower (1 + s) e /\ Rpower (1 + s) e <= Rpower (1 + s) m).
Proof.
  intros S M HX. repeat split.
  - assert (L : ln (1 - s) <= 0).
    { rewrite <- ln_1. destruct (Req_dec s 0) as [->|N]; [rewrite Rminus_0_r; lra|]. left. apply ln_increasing; lra. }
    assert (Q : m * ln (1 - s) <= e * ln (1 - s)) by nra. unfold Rpower.
    destruct (Req_dec (m * ln (1 - s)) (e * ln (1 - s))) as [->|N]; [lra|]. left. apply exp_increasing. lra.
  - apply Rle_Rpower_l; lra.
  - apply Rle_Rpower_l; lra.
  - destruct (Req_dec s 0) as [->|N]; [rewrite Rplus_0_r; unfold Rpower; rewrite ln_1, !Rmult_0_r; lra|].
    apply Rle_Rpower; lra.
Qed.

(** Q and P are the m-th powers at the two ends, low and high those of the response's own exponent. *)
(* Claim: response.power *)
Theorem nested_family Q P low high q :
  0 < Q -> Q <= low -> low <= q -> q <= high -> high <= P ->
  Q <= q <= P /\ (1 + gamma_of Q P) / (1 - gamma_of Q P) = P / Q.
Proof. intros. split; [lra|]. unfold gamma_of. field. repeat split; nra. Qed.

Theorem power_responds tau s up down w D :
  0 < tau -> 0 <= s < 1 -> 0 <= up -> 0 <= down -> Rabs w <= s * tau ->
  let e := Rmax up down in
  responds (update (power_up tau up) (power_down tau down))
    ((Rpower (1 + s) e + Rpower (1 - s) e) / 2) (tanh (e * artanh s)) w D.
Proof.
  intros T S U L W e. pose proof (Rmax_l up down). pose proof (Rmax_r up down).
  apply ratio_within in W; [|exact T]. rewrite <- power_family by lra.
  assert (B : forall own X, 0 <= own <= e -> - s <= X <= s ->
    Rpower (1 - s) e <= Rpower (1 + X) own <= Rpower (1 + s) e).
  { intros own X O HX. destruct (power_chain s own e X S O HX) as [[A B] [C C']].
    now apply (nested_family _ _ (Rpower (1 - s) own) (Rpower (1 + s) own)); [apply exp_pos | | | |]. }
  apply (responses_respond (power_up tau up) (power_down tau down)); [apply exp_pos | |].
  - unfold power_up. replace (1 - w / tau) with (1 + - (w / tau)) by ring. apply B; unfold e; lra.
  - apply B; unfold e; lra.
Qed.

(** Exponential: (1 - e^(-c (1 - w/tau))) / (1 - e^-c), and mirrored. *)
Definition bent (c x : R) : R := (1 - exp (- (c * x))) / (1 - exp (- c)).
Definition exponential_up (tau c w : R) : R := bent c (1 - w / tau).
Definition exponential_down (tau c w : R) : R := bent c (1 + w / tau).

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. intros [L|E]; [left; now apply exp_increasing | rewrite E; lra]. Qed.

Lemma bent_rises c x y : c <> 0 -> x <= y -> bent c x <= bent c y.
Proof.
  intros C L. unfold bent, Rdiv. destruct (Rlt_le_dec 0 c) as [P|N].
  - assert (exp (- c) < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
    apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|].
    assert (exp (- (c * y)) <= exp (- (c * x))) by (apply exp_le; nra). lra.
  - assert (1 < exp (- c)) by (rewrite <- exp_0; apply exp_increasing; lra).
    assert (exp (- (c * x)) <= exp (- (c * y))) by (apply exp_le; nra).
    assert (/ (1 - exp (- c)) < 0) by (apply Rinv_lt_0_compat; lra). nra.
Qed.

Lemma bent_pos c x : c <> 0 -> 0 < x -> 0 < bent c x.
Proof.
  intros C P. unfold bent, Rdiv. destruct (Rlt_le_dec 0 c) as [Q|N].
  - assert (exp (- c) < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
    assert (exp (- (c * x)) < 1) by (rewrite <- exp_0; apply exp_increasing; nra).
    apply Rmult_lt_0_compat; [lra | apply Rinv_0_lt_compat; lra].
  - assert (1 < exp (- c)) by (rewrite <- exp_0; apply exp_increasing; lra).
    assert (1 < exp (- (c * x))) by (rewrite <- exp_0; apply exp_increasing; nra).
    assert (/ (1 - exp (- c)) < 0) by (apply Rinv_lt_0_compat; lra). nra.
Qed.

Lemma exp_not_1 c : c <> 0 -> exp c <> 1.
Proof.
  intros C E. destruct (Rtotal_order c 0) as [N|[Z|P]]; [|contradiction|].
  - apply exp_increasing in N. rewrite exp_0 in N. lra.
  - apply exp_increasing in P. rewrite exp_0 in P. lra.
Qed.

Lemma bent_at c x : c <> 0 -> bent c (1 + x) = (exp c - exp (- (c * x))) / (exp c - 1).
Proof.
  intros C. pose proof (exp_not_1 c C) as N. pose proof (exp_pos c). unfold bent.
  replace (- (c * (1 + x))) with (- c + - (c * x)) by ring. rewrite exp_plus, exp_Ropp.
  field. repeat split; lra.
Qed.

(** gamma = sinh (c s) / (e^c - cosh (c s)), gain (e^c - cosh (c s)) / (e^c - 1); at one weight X for s, gamma_loc. *)
(* Claim: response.exponential *)
Theorem exponential_family s c : c <> 0 -> -1 < s < 1 ->
  gamma_of (bent c (1 - s)) (bent c (1 + s)) = sinh (c * s) / (exp c - cosh (c * s)) /\
  gain_of (bent c (1 - s)) (bent c (1 + s)) = (exp c - cosh (c * s)) / (exp c - 1).
Proof.
  intros C S. pose proof (exp_not_1 c C) as N.
  assert (Sum : bent c (1 - s) + bent c (1 + s) = 2 * (exp c - cosh (c * s)) / (exp c - 1)).
  { replace (1 - s) with (1 + - s) by ring. rewrite !bent_at by exact C. unfold cosh.
    replace (- (c * - s)) with (c * s) by ring. field. lra. }
  assert (Diff : bent c (1 + s) - bent c (1 - s) = 2 * sinh (c * s) / (exp c - 1)).
  { replace (1 - s) with (1 + - s) by ring. rewrite !bent_at by exact C. unfold sinh.
    replace (- (c * - s)) with (c * s) by ring. field. lra. }
  assert (P : 0 < bent c (1 - s) + bent c (1 + s)).
  { pose proof (bent_pos c (1 - s) C). pose proof (bent_pos c (1 + s) C). lra. }
  assert (Z : exp c - cosh (c * s) <> 0).
  { intros Z. rewrite Sum, Z in P. unfold Rdiv in P. lra. }
  unfold gamma_of, gain_of. rewrite (Rplus_comm (bent c (1 + s))), Sum, Diff. split; field; [split; [exact Z|]|]; lra.
Qed.

Theorem exponential_responds tau s c w D :
  0 < tau -> 0 <= s < 1 -> c <> 0 -> Rabs w <= s * tau ->
  responds (update (exponential_up tau c) (exponential_down tau c))
    ((exp c - cosh (c * s)) / (exp c - 1)) (sinh (c * s) / (exp c - cosh (c * s))) w D.
Proof.
  intros T S C W. destruct (exponential_family s c C) as [<- <-]; [lra|]. apply ratio_within in W; [|exact T].
  apply (responses_respond (exponential_up tau c) (exponential_down tau c));
    [apply bent_pos; [exact C | lra] | |]; split; apply bent_rises; auto; lra.
Qed.

(** Shifted linear: u (1 - w/tau) and d (1 + w/tau), dl = |u - d| / (u + d): l = artanh s + artanh dl. *)
Definition slanted_up (tau u w : R) : R := u * (1 - w / tau).
Definition slanted_down (tau d w : R) : R := d * (1 + w / tau).

(* Claim: response.shifted_linear *)
Theorem shifted_family s less more :
  0 <= s < 1 -> 0 < less -> less <= more ->
  let dl := (more - less) / (more + less) in
  gamma_of (less * (1 - s)) (more * (1 + s)) = (s + dl) / (1 + s * dl) /\
  log_ratio (less * (1 - s)) (more * (1 + s)) = artanh s + artanh dl.
Proof.
  intros S P L dl. split.
  - unfold gamma_of, dl. field. repeat split; nra.
  - rewrite log_ratio_adds by lra. rewrite Rplus_comm. f_equal. unfold artanh.
    assert (C : 0 < (more + less) / 2) by lra.
    rewrite <- (scaled_ratio ((more + less) / 2) (1 - dl)); try exact C.
    + f_equal; unfold dl; field; lra.
    + unfold dl. replace (1 - (more - less) / (more + less)) with (2 * less / (more + less)) by (field; lra).
      apply Rdiv_lt_0_compat; lra.
    + unfold dl. replace (1 + (more - less) / (more + less)) with (2 * more / (more + less)) by (field; lra).
      apply Rdiv_lt_0_compat; lra.
Qed.

Lemma shifted_between tau s u d w :
  0 < tau -> 0 <= s < 1 -> 0 < u -> 0 < d -> Rabs w <= s * tau ->
  let least := Rmin u d * (1 - s) in let most := Rmax u d * (1 + s) in
  least <= slanted_up tau u w <= most /\ least <= slanted_down tau d w <= most.
Proof.
  intros T S U L W least most. apply ratio_within in W; [|exact T].
  pose proof (Rmax_l u d). pose proof (Rmax_r u d). pose proof (Rmin_l u d). pose proof (Rmin_r u d).
  assert (0 < Rmin u d) by now apply Rmin_glb_lt.
  unfold least, most, slanted_up, slanted_down. repeat split; apply Rmult_le_compat; lra.
Qed.

Lemma slope_ratio u d : 0 < u -> 0 < d ->
  Rabs (u - d) / (u + d) = (Rmax u d - Rmin u d) / (Rmax u d + Rmin u d).
Proof.
  intros U L. unfold Rmax, Rmin. destruct (Rle_dec u d) as [Q|Q].
  - rewrite Rabs_left1 by lra. field. lra.
  - rewrite Rabs_pos_eq by lra. reflexivity.
Qed.

Theorem shifted_responds tau s u d w D :
  0 < tau -> 0 <= s < 1 -> 0 < u -> 0 < d -> Rabs w <= s * tau ->
  let dl := Rabs (u - d) / (u + d) in
  responds (update (slanted_up tau u) (slanted_down tau d))
    ((Rmax u d * (1 + s) + Rmin u d * (1 - s)) / 2) ((s + dl) / (1 + s * dl)) w D.
Proof.
  intros T S U L W dl. destruct (shifted_between tau s u d w T S U L W) as [Up Down].
  assert (0 < Rmin u d) by now apply Rmin_glb_lt. pose proof (Rmin_l u d). pose proof (Rmax_l u d).
  destruct (shifted_family s (Rmin u d) (Rmax u d)) as [G _]; try lra.
  unfold dl. rewrite (slope_ratio u d U L), <- G.
  apply (responses_respond (slanted_up tau u) (slanted_down tau d)); [nra | exact Up | exact Down].
Qed.

(** gamma_loc of the shifted linear device at X = w/tau. *)
Theorem shifted_local X u d : -1 < X < 1 -> 0 < u -> 0 < d ->
  gamma_of (u * (1 - X)) (d * (1 + X)) = tanh (artanh X - artanh ((u - d) / (u + d))).
Proof.
  intros HX U D. rewrite gamma_is_tanh by nra. f_equal. rewrite log_ratio_adds by lra.
  enough (E : artanh ((u - d) / (u + d)) = - log_ratio u d) by (rewrite E; unfold artanh; ring).
  unfold artanh, log_ratio.
  replace ((1 + (u - d) / (u + d)) / (1 - (u - d) / (u + d))) with (/ (d / u)) by (field; repeat split; lra).
  rewrite ln_Rinv by (apply Rdiv_lt_0_compat; assumption). field.
Qed.

(** Constant step with hard bounds at +-tau: exact where no increment is clipped; from |w| <= h tau an increment of size
    at most [reached] makes at least the share ph of itself, if ph reached fits into what is left; and no gamma < 1
      where
    nothing is left. *)
Definition clipped (bound w D : R) : R := Rmax (- bound) (Rmin bound (w + D)).

(* Claim: response.constant_step *)
Theorem clipped_share tau h ph reached w D :
  0 < tau -> 0 <= h < 1 -> Rabs w <= h * tau -> 0 < ph <= 1 -> Rabs D <= reached -> ph * reached <= tau * (1 - h) ->
  exists r, clipped tau w D - w = D * r /\ ph <= r <= 1.
Proof.
  intros T H W P HD Fits. apply within in W. assert (Room : Rabs w <= tau) by (apply Rabs_le; nra). apply within in
    Room.
  destruct (Req_dec D 0) as [->|N].
  { exists 1. unfold clipped. rewrite Rmin_right, Rmax_right by lra. lra. }
  assert (D0 : 0 < Rabs D) by now apply Rabs_pos_lt.
  assert (Share : ph * Rabs D <= tau * (1 - h)) by nra.
  exists ((clipped tau w D - w) / D). split; [field; exact N|].
  assert (B : (0 < D -> ph * D <= clipped tau w D - w <= D) /\ (D < 0 -> ph * - D <= w - clipped tau w D <= - D)).
  { unfold clipped, Rmin, Rmax. split; intros S; [rewrite Rabs_pos_eq in Share by lra | rewrite Rabs_left in Share by
    lra];
      destruct (Rle_dec tau (w + D)), (Rle_dec _ _); nra. }
  destruct (Rlt_le_dec 0 D) as [S|S].
  - destruct B as [B _]. specialize (B S). split; apply Rmult_le_reg_r with D; try exact S; unfold Rdiv;
      rewrite ?Rmult_assoc, Rinv_l by lra; lra.
  - destruct B as [_ B]. specialize (B ltac:(lra)). replace ((clipped tau w D - w) / D) with ((w - clipped tau w D) /
    - D)
      by (field; lra). split; apply Rmult_le_reg_r with (- D); try lra; unfold Rdiv;
      rewrite ?Rmult_assoc, Rinv_l by lra; lra.
Qed.

Lemma share_responds U least most w D :
  0 < least -> (exists r, U w D - w = D * r /\ least <= r <= most) ->
  responds U (gain_of least most) (gamma_of least most) w D.
Proof.
  intros L (r & E & B). pose proof (responses_respond (fun _ => r) (fun _ => r) least most w D L B B) as R.
  unfold responds, update in *. replace (U w D) with (w + D * r) by lra. destruct (Rle_dec 0 D); exact R.
Qed.

Theorem constant_step_responds tau h ph reached w D :
  0 < tau -> 0 <= h < 1 -> Rabs w <= h * tau -> 0 < ph <= 1 -> Rabs D <= reached -> ph * reached <= tau * (1 - h) ->
  responds (clipped tau) (gain_of ph 1) (gamma_of ph 1) w D.
Proof. intros. apply share_responds; [lra|]. now apply (clipped_share tau h ph reached). Qed.

Theorem constant_step_clipped bound D gain gamma :
  0 <= bound -> 0 < D -> 0 < gain -> responds (clipped bound) gain gamma bound D -> 1 <= gamma.
Proof.
  intros B P G. unfold responds, clipped. rewrite Rmin_left, Rmax_right by lra.
  replace (bound - (bound + gain * D)) with (- (gain * D)) by ring.
  assert (0 < gain * D) by nra. rewrite Rabs_Ropp, !Rabs_pos_eq by lra. nra.
Qed.

(** Gain spread: every element has its own factor g in [g-, g+]. *)
(* Claim: response.gain_spread *)
Theorem spread_family least most few many g q :
  0 < least -> 0 < few -> few <= g -> g <= many -> least <= q -> q <= most ->
  let a := gamma_of few many in let b := gamma_of least most in
  few * least <= g * q <= many * most /\ gamma_of (few * least) (many * most) = (a + b) / (1 + a * b) /\
  gamma_of (g * least) (g * most) = b.
Proof.
  intros P F G0 G1 Q0 Q1 a b. split; [split; apply Rmult_le_compat; lra|]. split.
  - unfold a, b. apply gamma_adds; lra.
  - unfold b, gamma_of. field. split; nra.
Qed.

Theorem spread_responds up down least most few many g w D :
  0 < least -> 0 < few -> few <= g <= many -> least <= up w <= most -> least <= down w <= most ->
  responds (update (fun w => g * up w) (fun w => g * down w))
    (gain_of (few * least) (many * most)) (gamma_of (few * least) (many * most)) w D /\
  log_ratio (few * least) (many * most) = log_ratio least most + log_ratio few many.
Proof.
  intros P F G U L. split.
  - apply (responses_respond (fun w => g * up w) (fun w => g * down w)); [nra | |]; apply spread_family; tauto.
  - rewrite log_ratio_adds by lra. ring.
Qed.

(** * Trains of pulses *)

(** The mean response of a train falls with its length. *)
Lemma response_falls y Y : 0 < y -> y <= Y -> response Y <= response y.
Proof.
  intros P L. unfold response.
  (* exp is convex: e^-y lies below the chord from 0 to -Y *)
  assert (Tangent : forall u, exp (- y) * (1 + (u + y)) <= exp u).
  { intros u. replace u with (- y + (u + y)) at 2 by ring. rewrite exp_plus.
    apply Rmult_le_compat_l; [left; apply exp_pos | apply exp_ineq1_le]. }
  pose proof (Tangent 0) as T0. pose proof (Tangent (- Y)) as T1. rewrite exp_0 in T0.
  apply Rmult_le_reg_r with (y * Y); [nra|].
  replace ((1 - exp (- Y)) / Y * (y * Y)) with ((1 - exp (- Y)) * y) by (field; lra).
  replace ((1 - exp (- y)) / y * (y * Y)) with ((1 - exp (- y)) * Y) by (field; lra).
  apply Rmult_le_compat_l with (r := Y - y) in T0; [|lra]. apply Rmult_le_compat_l with (r := y) in T1; [|lra]. lra.
Qed.

Theorem train_family s ph :
  0 <= s < 1 -> 0 < ph <= 1 ->
  let e := (1 - ph) / (1 + ph) in
  gamma_of ((1 - s) * ph) (1 + s) = (s + e) / (1 + s * e) /\
  log_ratio ((1 - s) * ph) (1 + s) = artanh s + ln (1 / ph) / 2.
Proof.
  intros S P e. split.
  - unfold gamma_of, e. field. repeat split; nra.
  - rewrite <- (Rmult_1_r (1 + s)), log_ratio_adds by lra. reflexivity.
Qed.

(** A step towards the bound that the increment points to, of which the fraction [decay] of the way is left; phi is how
    much of the increment is made at w = 0. *)
Definition towards (tau decay w D : R) : R :=
  let s := if Rle_dec 0 D then 1 else -1 in s * tau - (s * tau - w) * decay.

(* Claim: device.pulse_train *)
Theorem towards_the_bound tau s ph phi decay w D :
  0 < tau -> 0 <= s < 1 -> Rabs w <= s * tau -> 0 < ph -> ph <= phi -> phi <= 1 -> Rabs D * phi = tau * (1 - decay) ->
  let up := phi * (1 - w / tau) in let down := phi * (1 + w / tau) in
  towards tau decay w D = update (fun _ => up) (fun _ => down) w D /\
  ((1 - s) * ph <= up <= 1 + s /\ (1 - s) * ph <= down <= 1 + s).
Proof.
  intros T S W P L L1 E up down. apply ratio_within in W; [|exact T]. unfold towards, update, up, down.
  assert (Ed : decay = 1 - Rabs D * phi / tau) by (rewrite E; field; lra).
  split; [|repeat split; nra]. rewrite Ed. destruct (Rle_dec 0 D) as [Q|Q].
  - rewrite Rabs_pos_eq by exact Q. field. lra.
  - rewrite Rabs_left by lra. field. lra.
Qed.

(** Trains of pulses, of increments up to Y tau. *)
Theorem train_responds tau s Y w D :
  0 < tau -> 0 <= s < 1 -> Rabs w <= s * tau -> 0 < Y -> Rabs D <= Y * tau ->
  let ph := response Y in let e := (1 - ph) / (1 + ph) in
  responds (train tau) (((1 + s) + (1 - s) * ph) / 2) ((s + e) / (1 + s * e)) w D.
Proof.
  intros T S W HY HD ph e. pose proof (response_range Y HY) as Q. fold ph in Q.
  destruct (train_family s ph S Q) as [G _]. fold e in G. rewrite <- G.
  set (phi := if Req_EM_T D 0 then 1 else response (Rabs D / tau)).
  assert (Phi : ph <= phi /\ phi <= 1 /\ Rabs D * phi = tau * (1 - exp (- (Rabs D / tau)))).
  { unfold phi. destruct (Req_EM_T D 0) as [->|N].
    - rewrite Rabs_R0. unfold Rdiv. rewrite !Rmult_0_l, Ropp_0, exp_0. lra.
    - assert (Some : 0 < Rabs D / tau) by (apply Rdiv_lt_0_compat; [now apply Rabs_pos_lt | exact T]).
      assert (Short : Rabs D / tau <= Y).
      { apply Rmult_le_reg_r with tau; [exact T|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
      pose proof (response_falls _ Y Some Short) as F. fold ph in F. pose proof (response_range _ Some).
      repeat split; try lra. unfold response. field. split; [exact (Rgt_not_eq _ _ T)|]. now apply Rabs_no_R0. }
  destruct Phi as (A & B & C).
  destruct (towards_the_bound tau s ph phi _ w D T S W (proj1 Q) A B C) as (E & U & L).
  unfold responds. change (train tau w D) with (towards tau (exp (- (Rabs D / tau))) w D). rewrite E.
  apply (responses_respond (fun _ => phi * (1 - w / tau)) (fun _ => phi * (1 + w / tau)) ((1 - s) * ph) (1 + s) w D);
    [nra | exact U | exact L].
Qed.

Lemma rising f f' x : 0 <= x -> (forall t, derivable_pt_lim f t (f' t)) -> (forall t, 0 <= t -> 0 <= f' t) -> f 0 <= f
  x.
Proof.
  intros [P|<-] D N; [|lra]. destruct (MVT_cor2 f f' 0 x P (fun c _ => D c)) as (c & E & C).
  pose proof (N c ltac:(lra)). nra.
Qed.

Lemma sinh_above x : 0 <= x -> x <= sinh x.
Proof.
  intros P. pose proof (rising (fun t => sinh t - t) (fun t => cosh t - 1) x P) as R.
  cbv beta in R. rewrite sinh_0 in R.
  enough (0 - 0 <= sinh x - x) by lra. apply R.
  - intros t. apply derivable_pt_lim_minus; [apply derivable_pt_lim_sinh | apply derivable_pt_lim_id].
  - intros t _. unfold cosh. rewrite exp_Ropp. pose proof (exp_pos t) as Q. set (u := exp t) in *.
    replace ((u + / u) / 2 - 1) with ((u - 1) ^ 2 * / (2 * u)) by (field; lra).
    apply Rmult_le_pos; [apply pow2_ge_0 | left; apply Rinv_0_lt_compat; lra].
Qed.

Lemma cosh_pos x : 0 < cosh x.
Proof. unfold cosh. pose proof (exp_pos x). pose proof (exp_pos (- x)). lra. Qed.

Lemma tanh_below x : 0 <= x -> tanh x <= x.
Proof.
  intros P. pose proof (cosh_pos x) as C. unfold tanh. apply Rmult_le_reg_r with (cosh x); [exact C|].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  pose proof (rising (fun t => t * cosh t - sinh t) (fun t => (1 * cosh t + t * sinh t) - cosh t) x P) as R.
  cbv beta in R. rewrite sinh_0, Rmult_0_l in R. enough (0 - 0 <= x * cosh x - sinh x) by lra. apply R.
  - intros t. apply derivable_pt_lim_minus; [|apply derivable_pt_lim_sinh].
    apply (derivable_pt_lim_mult (fun t => t) cosh); [apply derivable_pt_lim_id | apply derivable_pt_lim_cosh].
  - intros t Ht. pose proof (sinh_above t Ht). nra.
Qed.

(** What trains of length Y add to the distortion: at most Y/4. *)
Theorem train_excess Y : 0 < Y -> (1 - response Y) / (1 + response Y) <= Y / 4.
Proof.
  intros P. pose proof (response_range Y P) as Q. set (ph := response Y) in *.
  apply Rle_trans with (tanh (Y / 4)); [|apply tanh_below; lra].
  assert (K : exp (- (Y / 2)) <= ph).
  { pose proof (sinh_above (Y / 2) ltac:(lra)) as H. unfold sinh in H. unfold ph, response.
    apply Rmult_le_reg_r with (Y * exp (Y / 2)); [apply Rmult_lt_0_compat; [exact P | apply exp_pos]|].
    replace ((1 - exp (- Y)) / Y * (Y * exp (Y / 2))) with (exp (Y / 2) - exp (- Y) * exp (Y / 2)) by (field; lra).
    rewrite <- exp_plus. replace (- Y + Y / 2) with (- (Y / 2)) by field.
    replace (exp (- (Y / 2)) * (Y * exp (Y / 2))) with (Y * (exp (- (Y / 2)) * exp (Y / 2))) by ring.
    rewrite <- exp_plus, Rplus_opp_l, exp_0. lra. }
  pose proof (exp_pos (Y / 4)) as T. unfold tanh, sinh, cosh.
  replace (exp (- (Y / 2))) with (/ (exp (Y / 4) * exp (Y / 4))) in K
    by (rewrite <- exp_plus, <- exp_Ropp; f_equal; field).
  rewrite exp_Ropp. set (t := exp (Y / 4)) in *.
  assert (t2 : 0 < t * t) by nra.
  assert (K2 : 1 <= ph * (t * t)).
  { apply Rmult_le_compat_r with (r := t * t) in K; [|lra]. rewrite Rinv_l in K; lra. }
  replace ((t - / t) / 2 / ((t + / t) / 2)) with ((t * t - 1) / (t * t + 1)) by (field; nra).
  apply Rmult_le_reg_r with ((1 + ph) * (t * t + 1)); [nra|].
  replace ((1 - ph) / (1 + ph) * ((1 + ph) * (t * t + 1))) with ((1 - ph) * (t * t + 1)) by (field; lra).
  replace ((t * t - 1) / (t * t + 1) * ((1 + ph) * (t * t + 1))) with ((t * t - 1) * (1 + ph)) by (field; lra).
  lra.
Qed.

Print Assumptions train_responds.
Print Assumptions train_excess.
